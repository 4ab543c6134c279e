package io.micropatterns.outbox;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.Expression;
import org.springframework.expression.ExpressionParser;
import org.springframework.expression.ParseException;
import org.springframework.expression.ParserContext;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.SimpleEvaluationContext;

/** One route with its expressions parsed. Immutable and thread-safe. */
final class RouteTemplate {

    private static final ExpressionParser PARSER = new SpelExpressionParser();
    private static final EvaluationContext CONTEXT = SimpleEvaluationContext.forReadOnlyDataBinding()
            .withInstanceMethods()
            .build();

    private final Expression topic;
    private final @Nullable Expression key;
    private final Map<String, Expression> headers;

    private RouteTemplate(Expression topic, @Nullable Expression key, Map<String, Expression> headers) {
        this.topic = topic;
        this.key = key;
        this.headers = headers;
    }

    static List<RouteTemplate> parse(
            RouteSpecification specification, String type, UnaryOperator<String> placeholders) {
        if (specification.topics().isEmpty()) {
            throw new OutboxException("The route of event type '" + type + "' names no topic", null);
        }
        try {
            Expression key = specification.key().isEmpty() ? null : PARSER.parseExpression(specification.key());
            OutboxHeaders.own(specification.headers());
            Map<String, Expression> headers = new HashMap<>();
            specification.headers().forEach((name, value) -> headers.put(name, PARSER.parseExpression(value)));
            List<RouteTemplate> templates = new ArrayList<>();
            for (String topic : specification.topics()) {
                Expression expression =
                        PARSER.parseExpression(placeholders.apply(topic), ParserContext.TEMPLATE_EXPRESSION);
                templates.add(new RouteTemplate(expression, key, headers));
            }
            return templates;
        } catch (ParseException e) {
            throw new OutboxException(
                    "The route of event type '" + type + "' cannot be parsed: '" + e.getExpressionString() + "': "
                            + e.getSimpleMessage(),
                    e);
        } catch (IllegalArgumentException e) {
            throw new OutboxException("The route of event type '" + type + "' cannot be used: " + e.getMessage(), e);
        }
    }

    OutboxRoute routeOf(Object event, String type) {
        String topicName = evaluate(topic, event, type);
        if (topicName == null || topicName.isBlank()) {
            throw new OutboxException(
                    "The topic expression '" + topic.getExpressionString() + "' of event type '" + type
                            + "' gave nothing",
                    null);
        }
        Map<String, String> values = headers.isEmpty() ? Map.of() : new HashMap<>();
        headers.forEach((name, expression) -> {
            String value = evaluate(expression, event, type);
            if (value != null) {
                values.put(name, value);
            }
        });
        return new OutboxRoute(topicName, key == null ? null : evaluate(key, event, type), values);
    }

    private static @Nullable String evaluate(Expression expression, Object event, String type) {
        try {
            Object value = expression.getValue(CONTEXT, event);
            return value == null ? null : value.toString();
        } catch (EvaluationException e) {
            throw new OutboxException(
                    "The route of event type '" + type + "' cannot be evaluated on "
                            + event.getClass().getName() + ": '" + expression.getExpressionString() + "': "
                            + e.getMessage(),
                    e);
        }
    }
}

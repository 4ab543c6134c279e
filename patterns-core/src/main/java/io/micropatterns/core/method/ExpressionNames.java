package io.micropatterns.core.method;

import java.lang.reflect.Member;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Assign;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.Operator;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;

/** Whether what an expression names is there, as far as that is known before a call. */
final class ExpressionNames {

    private final AnnotatedMethod method;
    private final String attribute;
    private final String text;
    private final @Nullable String[] parameters;

    ExpressionNames(AnnotatedMethod method, String attribute, String text) {
        this.method = method;
        this.attribute = attribute;
        this.text = text;
        @Nullable String @Nullable [] names = MethodExpression.PARAMETER_NAMES.getParameterNames(method.method());
        this.parameters = names == null ? new String[method.method().getParameterCount()] : names;
    }

    /**
     * Looks at all of it.
     *
     * @throws InvalidAnnotationException when it has a variable that is no parameter, a name that is no property of the bean,
     *     a function or another bean
     */
    void check(SpelNode expression) {
        List<SpelNode> nodes = nodes(expression).toList();
        nodes.forEach(this::checkReference);
        // One that assigns may have variables of its own.
        if (nodes.stream().noneMatch(Assign.class::isInstance)) {
            nodes.forEach(this::checkVariable);
        }
        checkProperties(expression);
    }

    private static Stream<SpelNode> nodes(SpelNode node) {
        return Stream.concat(
                Stream.of(node),
                IntStream.range(0, node.getChildCount())
                        .mapToObj(node::getChild)
                        .flatMap(ExpressionNames::nodes));
    }

    /** There is nobody here to resolve them. */
    private void checkReference(SpelNode node) {
        if (node instanceof BeanReference || node instanceof FunctionReference) {
            throw method.refusal(
                    "the " + attribute + " '" + text + "' refers to " + node.toStringAST()
                            + ", and neither other beans nor functions are known to it",
                    "Call a method of the bean itself, as in keyOf(#p0), or a static one, as in T(com.example.Keys).of(#p0).");
        }
    }

    private void checkVariable(SpelNode node) {
        if (node instanceof VariableReference variable) {
            String name = variable.toStringAST().substring(1);
            if (!variables().contains(name)) {
                throw method.refusal("the " + attribute + " '" + text + "' has no parameter for #" + name, action());
            }
        }
    }

    private Set<String> variables() {
        Set<String> variables = new LinkedHashSet<>(List.of("this", "root"));
        for (int i = 0; i < parameters.length; i++) {
            variables.add("p" + i);
            variables.add("a" + i);
            if (parameters[i] != null) {
                variables.add(parameters[i]);
            }
        }
        return variables;
    }

    private String action() {
        if (parameters.length == 0) {
            return "Give the method a parameter; it has none.";
        }
        return Arrays.asList(parameters).contains(null)
                ? "Name parameters by their place, as in #p0, or compile with the option -parameters."
                : "Name one of #" + String.join(", #", parameters) + ".";
    }

    /** Those of the bean, which is the root of the expression; what they lead to, only a call can tell. */
    private void checkProperties(SpelNode node) {
        if (node instanceof PropertyOrFieldReference property) {
            if (!mayHave(method.beanType(), property.getName())) {
                throw method.refusal(
                        "the " + attribute + " '" + text + "' names " + property.getName()
                                + ", which is no property of the bean",
                        "Put a fixed text in quotes, as in '" + property.getName() + "', and a # before a parameter's"
                                + " name.");
            }
        } else if (node instanceof CompoundExpression) {
            checkProperties(node.getChild(0));
        } else if (node instanceof Operator) {
            for (int i = 0; i < node.getChildCount(); i++) {
                checkProperties(node.getChild(i));
            }
        }
    }

    private static boolean mayHave(Class<?> type, String property) {
        String getter = StringUtils.capitalize(property);
        return Map.class.isAssignableFrom(type)
                || names(type.getFields()).anyMatch(property::equals)
                || names(ReflectionUtils.getUniqueDeclaredMethods(type))
                        .anyMatch(Set.of(property, "get" + getter, "is" + getter)::contains);
    }

    private static Stream<String> names(Member[] members) {
        return Arrays.stream(members).map(Member::getName);
    }
}

package io.micropatterns.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Predicate;
import tools.jackson.databind.json.JsonMapper;

/** Prints one JSON object a line: each subject's median first, then the ratios. */
final class Report {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Arguments arguments;
    private final Map<String, Object> conditions;
    private final Map<String, List<Map<String, Object>>> results;
    private final PrintStream out;

    Report(
            Arguments arguments,
            Map<String, Object> conditions,
            Map<String, List<Map<String, Object>>> results,
            PrintStream out) {
        this.arguments = arguments;
        this.conditions = new LinkedHashMap<>(conditions);
        arguments.scenario().forEach((name, value) -> this.conditions.put(name, Integer.valueOf(value)));
        this.results = results;
        this.out = out;
    }

    void print() {
        String name = arguments.bench().label();
        switch (arguments.bench()) {
            case OUTBOX_LATENCY, CDC_LATENCY -> {
                subjects(name + "/p50", "p50");
                subjects(name + "/p99", "p99");
                for (String quantile : List.of("p50", "p99")) {
                    toLimit(name, quantile);
                    toBestPeer(
                            name + "/latency-to-best-peer",
                            quantile,
                            BinaryOperator.minBy(Comparator.comparing(peer -> median(peer, quantile))));
                }
            }
            case OUTBOX_GROWTH -> growth(name);
            case BATCH_OVERHEAD -> {
                for (Overhead overhead : Overhead.values()) {
                    subjects(name + "/" + overhead.label(), overhead.label());
                }
                for (Overhead overhead : Overhead.values()) {
                    toLimit(name, overhead.label());
                    toBestPeer(
                            name + "/ratio-to-best-peer",
                            overhead.label(),
                            BinaryOperator.minBy(Comparator.comparing(peer -> median(peer, overhead.label()))));
                }
            }
            case ESCROW_GROWTH -> {
                subjects(name + "/empty", "empty");
                subjects(name + "/full", "full");
            }
            case ESCROW_EXPIRY -> {
                subjects(name, "value");
                subjects(name + "/reservations-before", "before", "reservations/s");
                subjects(name + "/reservations-during", "during", "reservations/s");
                subjects(name + "/p99-during", "during-p99", "ms");
            }
            case ESCROW_HOT, ESCROW_SPREAD, ESCROW_JOINED, BATCH_INSERT -> {
                subjects(name, "value");
                subjects(name + "/p50", "p50", "ms");
                subjects(name + "/p99", "p99", "ms");
                toLimit(name, "value");
                toUsual(name);
                toBestPeer(name);
            }
            default -> {
                subjects(name, "value");
                toLimit(name, "value");
                toBestPeer(name);
            }
        }
    }

    private void subjects(String name, String metric) {
        subjects(name, metric, arguments.bench().unit());
    }

    private void subjects(String name, String metric, String unit) {
        results.forEach((subject, runs) -> {
            if (runs.get(0).containsKey(metric)) {
                line(name, subject, values(subject, metric), unit, details(runs));
            }
        });
    }

    private void toUsual(String name) {
        Contestant usual = arguments.bench().usual();
        if (results.containsKey(usual.label())) {
            measured(Contestant::isOurs)
                    .forEach(ours -> ratio(name + "/ratio-to-" + usual.label(), ours, usual, "value"));
        }
    }

    private void growth(String name) {
        results.forEach((subject, runs) -> {
            for (String metric : runs.get(0).keySet()) {
                if (metric.startsWith("value-")) {
                    line(name + "/commit-" + metric.substring(6), subject, values(subject, metric), "tx/s", Map.of());
                } else if (metric.startsWith("bytes-")) {
                    line(name + "/size-" + metric.substring(6), subject, values(subject, metric), "bytes", Map.of());
                } else if (metric.equals("drain")) {
                    line(name + "/drain", subject, values(subject, metric), "events/s", Map.of());
                }
            }
        });
        results.keySet()
                .forEach(subject -> line(
                        name + "/full-to-empty",
                        subject,
                        List.of(median(subject, fullest(subject)) / median(subject, "value-at-0")),
                        "ratio",
                        Map.of()));
        toLimit(name, fullest(Contestant.LIMIT.label()));
    }

    private String fullest(String subject) {
        return results.getOrDefault(subject, List.of(Map.of())).get(0).keySet().stream()
                .filter(metric -> metric.startsWith("value-at-"))
                .reduce((first, second) -> second)
                .orElse("value-at-0");
    }

    private void toLimit(String name, String metric) {
        for (Contestant ours : measured(Contestant::isOurs)) {
            Contestant limit = arguments.bench().limitOf(ours);
            if (results.containsKey(limit.label())) {
                ratio(name + "/ratio-to-limit", ours, limit, metric);
            }
        }
    }

    private void toBestPeer(String name) {
        toBestPeer(
                name + "/ratio-to-best-peer",
                "value",
                BinaryOperator.maxBy(Comparator.comparing(peer -> median(peer, "value"))));
    }

    private void toBestPeer(String name, String metric, BinaryOperator<String> better) {
        Optional<String> best =
                measured(Contestant::isPeer).stream().map(Contestant::label).reduce(better);
        best.ifPresent(
                peer -> measured(Contestant::isOurs).forEach(ours -> ratio(name, ours, Contestant.of(peer), metric)));
    }

    private List<Contestant> measured(Predicate<Contestant> which) {
        return results.keySet().stream().map(Contestant::of).filter(which).toList();
    }

    /** Ours divided by theirs: the ratio of the medians, with the least and the greatest ratio of one round. */
    private void ratio(String name, Contestant ours, Contestant theirs, String metric) {
        List<Double> mine = values(ours.label(), metric);
        List<Double> others = values(theirs.label(), metric);
        List<Double> rounds = new ArrayList<>();
        for (int i = 0; i < mine.size(); i++) {
            rounds.add(mine.get(i) / others.get(i));
        }
        rounds.sort(null);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("name", name);
        line.put("subject", ours.label());
        line.put("value", round(median(mine) / median(others)));
        line.put("unit", "ratio");
        line.put("min", round(rounds.get(0)));
        line.put("max", round(rounds.get(rounds.size() - 1)));
        line.put("n", rounds.size());
        line.put("conditions", Map.of("divided-by", theirs.label(), "of", metric));
        out.println(MAPPER.writeValueAsString(line));
    }

    private void line(String name, String subject, List<Double> values, String unit, Map<String, Object> details) {
        List<Double> sorted = values.stream().sorted().toList();
        Map<String, Object> all = new LinkedHashMap<>(conditions);
        all.putAll(details);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("name", name);
        line.put("subject", subject);
        line.put("value", round(median(values)));
        line.put("unit", unit);
        line.put("min", round(sorted.get(0)));
        line.put("max", round(sorted.get(sorted.size() - 1)));
        line.put("n", sorted.size());
        line.put("conditions", all);
        out.println(MAPPER.writeValueAsString(line));
    }

    /** The subject's own conditions, and the worst of what must not vary. */
    private static Map<String, Object> details(List<Map<String, Object>> runs) {
        Map<String, Object> details = new LinkedHashMap<>(runs.get(runs.size() - 1));
        details.keySet()
                .removeAll(List.of(
                        "value",
                        "p50",
                        "p99",
                        "empty",
                        "full",
                        "before",
                        "during",
                        "during-p99",
                        "max-latency",
                        "transactions",
                        "commits"));
        for (Overhead overhead : Overhead.values()) {
            details.remove(overhead.label());
        }
        if (details.containsKey("duplicates")) {
            details.put(
                    "duplicates",
                    runs.stream()
                            .mapToLong(run -> ((Number) run.getOrDefault("duplicates", 0)).longValue())
                            .max()
                            .orElse(0));
        }
        return details;
    }

    private double median(String subject, String metric) {
        return median(values(subject, metric));
    }

    private List<Double> values(String subject, String metric) {
        return results.getOrDefault(subject, List.of()).stream()
                .map(run -> ((Number) run.getOrDefault(metric, Double.NaN)).doubleValue())
                .toList();
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static Number round(double value) {
        if (Math.abs(value) >= 100) {
            return Math.round(value);
        }
        return Math.round(value * 1000) / 1000.0;
    }
}

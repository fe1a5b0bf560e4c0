package dev.usher.cli.remedy;

import dev.usher.doctor.raise.Raising;
import dev.usher.doctor.sizing.Amount;
import dev.usher.doctor.sizing.Bound;
import dev.usher.doctor.sizing.ManagedWay;
import dev.usher.doctor.sizing.PoolAdvice;
import dev.usher.doctor.sizing.RaisePlan;
import dev.usher.doctor.sizing.RestartAdvice;
import dev.usher.doctor.sizing.Sizing;
import dev.usher.doctor.sizing.ThreadPoolAdvice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code usher raise} in lines for people. */
public final class RaiseReport {
    private RaiseReport() {}

    /** The calculation. */
    public static List<String> calculation(RaiseResult result) {
        Sizing sizing = result.sizing();
        List<String> lines = new ArrayList<>(List.of(result.server(), ""));
        lines.add("  max_connections  %,8d   now; %,d connected, at most %,d running at once".formatted(sizing.current(),
                result.input().server().connected(), result.input().peakRunning()));
        lines.add("  recommended      %,8d   also when every connection runs a statement at once".formatted(sizing.recommended()));
        lines.add("  ceiling          %,8d   while no more than %,d run at once; limited by %s".formatted(sizing.ceiling(), sizing.active(),
                sizing.limitedBy()));
        section(lines, "Memory", sizing.limits());
        section(lines, "The server without its connections", sizing.fixed());
        section(lines, "One connection", sizing.each());
        lines.add("");
        lines.add("  What allows how many: expected, and with all active");
        for (Bound bound : sizing.bounds()) {
            lines.add("    %,9d %,9d   %s: %s".formatted(Math.max(0, bound.connections()), Math.max(0, bound.allActive()), bound.kind(),
                    bound.how()));
        }
        lines.add("");
        return lines;
    }

    private static void section(List<String> lines, String title, List<Amount> amounts) {
        if (amounts.isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("  " + title);
        for (Amount amount : amounts) {
            lines.add(String.format(Locale.ROOT, "    %-44s %10s   %s", amount.what(), Amount.text(amount.bytes()), amount.from()));
        }
    }

    /** What was decided, done, and is left to do. */
    public static List<String> conclusion(RaiseResult result, boolean dryRun) {
        List<String> lines = new ArrayList<>();
        switch (result.plan()) {
            case RaisePlan.Raise raise -> raised(lines, result, raise, dryRun);
            case RaisePlan.Unchanged unchanged -> {
                lines.add("Nothing is changed: " + unchanged.why() + ".");
                result.written()
                        .ifPresent(file -> lines.add("Written to " + file + ": it stays after a restart, if the server reads that file."));
            }
            case RaisePlan.Refused refused -> {
                // the reason goes to standard error, as the last line
            }
        }
        advice(result).forEach(line -> lines.add("  - " + line));
        return lines;
    }

    private static void raised(List<String> lines, RaiseResult result, RaisePlan.Raise raise, boolean dryRun) {
        if (!raise.consequence().isEmpty()) {
            lines.add("Above the ceiling, as --force says. " + raise.consequence());
        }
        if (result.platform().isManaged()) {
            lines.add("This is " + result.platform().title() + ": the setting is changed there, not by SQL.");
            lines.add("  " + ManagedWay.command(result.platform(), raise.target()));
            lines.add("  " + ManagedWay.hint(result.platform()));
            return;
        }
        lines.add("%s max_connections from %,d to %,d".formatted(dryRun ? "Would raise" : "Raising", result.sizing().current(),
                raise.target()));
        String done =
                dryRun ? "" : result.applied() ? "   done" : "   refused: " + result.outcome().map(Raising.Outcome::refused).orElse("");
        lines.add("  SET GLOBAL max_connections = " + raise.target() + done);
        result.outcome().filter(outcome -> outcome.applied() && outcome.limit() != raise.target())
                .ifPresent(outcome -> lines.add("  The server has set " + outcome.limit() + " instead."));
        if (!result.mariaDb() && (dryRun || result.outcome().map(Raising.Outcome::permanent).orElse(false))) {
            lines.add("  SET PERSIST max_connections = " + raise.target() + (dryRun ? "" : "   done: it stays after a restart"));
        } else if (dryRun || result.applied()) {
            result.outcome().map(Raising.Outcome::refused).filter(text -> !text.isEmpty()).ifPresent(text -> lines.add("  " + text));
            permanent(lines, result, raise.target());
        }
    }

    private static void permanent(List<String> lines, RaiseResult result, int target) {
        if (result.written().isPresent()) {
            lines.add("  Written to " + result.written().get() + ": it stays after a restart, if the server reads that file.");
        } else {
            lines.add("  For the next start, in " + result.place().file() + " (--write FILE writes it):");
        }
        lines.add("    [mysqld]");
        settings(target).forEach((name, value) -> lines.add("    " + name + " = " + value));
        if (!result.place().warning().isEmpty()) {
            lines.add("  " + result.place().warning());
        }
    }

    /** What belongs into the server's option file. */
    public static Map<String, String> settings(int target) {
        return Map.of("max_connections", Integer.toString(target));
    }

    /** What else there is to know. */
    static List<String> advice(RaiseResult result) {
        int target = result.plan().target();
        List<String> lines = new ArrayList<>(RestartAdvice.of(result.sizing(), Math.max(target, result.sizing().current())));
        PoolAdvice.of(result.input().server(), result.input().peakRunning(), target).ifPresent(lines::add);
        ThreadPoolAdvice pool = threadPool(result);
        if (!pool.verdict().isEmpty()) {
            lines.add(pool.verdict());
            pool.settings().forEach(setting -> lines.add("    " + setting));
        }
        return lines;
    }

    static ThreadPoolAdvice threadPool(RaiseResult result) {
        int processors = result.input().machine().map(machine -> machine.processors()).orElse(0);
        return ThreadPoolAdvice.of(result.input().server(), processors, result.input().peakRunning(), result.plan().target());
    }
}

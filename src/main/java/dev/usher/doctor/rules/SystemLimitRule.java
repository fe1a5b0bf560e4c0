package dev.usher.doctor.rules;

import dev.usher.doctor.facts.Facts;
import dev.usher.doctor.facts.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** File descriptors and threads: the server cannot accept, or cannot make a thread, or has lowered its own limits when it started. */
final class SystemLimitRule implements Rule {
    private static final double NEAR = 0.9;

    /** What servers set aside for tables before they lower max_connections to what is left: 2 × 400 and a few. */
    private static final long SET_ASIDE = 810;

    @Override
    public List<Finding> judge(Picture picture) {
        List<Finding> all = new ArrayList<>();
        picture.facts().machine().ifPresent(machine -> {
            near(picture, machine, "file descriptors", machine.descriptors(), machine.descriptorLimit(), all);
            near(picture, machine, "threads", machine.threads(), machine.threadLimit(), all);
        });
        Facts facts = picture.facts();
        long accept = facts.growth("connection_errors_accept");
        long internal = facts.growth("connection_errors_internal");
        if (all.isEmpty() && accept + internal > 0) {
            all.add(finding(picture, 0.9,
                    (accept > 0 ? "accept" : "a thread for a connection") + " failed " + (accept + internal) + " times",
                    List.of("Connection_errors_accept grew by " + accept + " and Connection_errors_internal by " + internal + " in "
                            + picture.watched()),
                    accept > 0 ? "LimitNOFILE" : "TasksMax"));
        }
        OptionalLong files = facts.number("open_files_limit");
        if (all.isEmpty() && picture.isTight() && files.isPresent() && loweredAtStart(files.getAsLong(), picture.limit())) {
            all.add(finding(picture, 0.9, "the server lowered max_connections to " + picture.limit() + " when it started",
                    List.of("open_files_limit = " + files.getAsLong() + ", and max_connections = " + picture.limit()
                            + " is exactly what that leaves",
                            picture.connected() + " of " + picture.limit() + " connections"),
                    "LimitNOFILE"));
        }
        return List.copyOf(all);
    }

    private static boolean loweredAtStart(long files, long limit) {
        return limit < files && (files - limit == SET_ASIDE || files - limit == SET_ASIDE - 10);
    }

    private static void near(Picture picture, Machine machine, String what, long used, OptionalLong limit, List<Finding> to) {
        if (limit.isEmpty() || used < NEAR * limit.getAsLong()) {
            return;
        }
        Facts facts = picture.facts();
        long errors = facts.growth("connection_errors_accept") + facts.growth("connection_errors_internal");
        List<String> evidence = new ArrayList<>();
        evidence.add("the server (pid " + machine.pid() + ") has " + used + " of " + limit.getAsLong() + " " + what);
        if (errors > 0) {
            evidence.add("accept or making a thread failed " + errors + " times in " + picture.watched());
        }
        evidence.add(picture.connected() + " of " + picture.limit() + " connections");
        to.add(finding(picture, errors > 0 || used >= 0.97 * limit.getAsLong() ? 0.96 : 0.85, "the server has no " + what + " left",
                evidence,
                what.equals("threads") ? "TasksMax" : "LimitNOFILE"));
    }

    private static Finding finding(Picture picture, double confidence, String summary, List<String> evidence, String unitSetting) {
        boolean files = unitSetting.equals("LimitNOFILE");
        String value = files ? Long.toString(Math.max(65_536, 10 * picture.limit())) : "infinity";
        String unit = picture.facts().server().isMariaDb() ? "mariadb" : "mysql";
        List<String> lines = new ArrayList<>(List.of("# systemctl edit " + unit, "[Service]", unitSetting + "=" + value));
        if (files) {
            lines.addAll(List.of("# and in the server's option file", "[mysqld]", "open_files_limit = " + value));
        }
        return new Finding("descriptor_or_thread_limit", Cause.DESCRIPTOR_OR_THREAD_LIMIT, Severity.CRITICAL, confidence, 1, summary,
                evidence,
                "the number being far from its limit when you look again while clients are refused",
                List.of(new Remedy("for good, with a restart", "the system gives the server more", List.of(), List.copyOf(lines),
                        "Do not raise max_connections before: it needs descriptors and threads that are not there.")));
    }
}

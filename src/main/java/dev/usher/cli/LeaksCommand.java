package dev.usher.cli;

import dev.usher.cli.remedy.KillLimit;
import dev.usher.cli.remedy.KillTally;
import dev.usher.cli.remedy.LeaksJson;
import dev.usher.cli.remedy.LeaksReport;
import dev.usher.cli.remedy.LeaksRound;
import dev.usher.config.DurationText;
import dev.usher.doctor.access.Entry;
import dev.usher.doctor.leaks.History;
import dev.usher.doctor.leaks.Leaks;
import dev.usher.doctor.leaks.Look;
import dev.usher.doctor.leaks.SeenSession;
import dev.usher.doctor.leaks.Suspect;
import dev.usher.doctor.sessions.KillResult;
import dev.usher.doctor.sessions.Killer;
import dev.usher.doctor.sessions.SessionReader;
import java.io.Console;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code usher leaks}: who leaves connections behind, with the evidence, and {@code --kill} to end them. */
@Command(name = "leaks", description = "Find the clients that leak connections, with the evidence, and end what they have leaked.", mixinStandardHelpOptions = true, sortOptions = false, customSynopsis = "usher leaks --server URL [OPTION...]", optionListHeading = "%nOptions:%n", footer = {
    "", "Exit status 0: no leak, or all that leaked was killed. 1: a leak. 3: refused, or no way in."})
final class LeaksCommand implements Callable<Integer> {
    private static final int LEAK = 1;
    private static final Duration REMEMBERED = Duration.ofHours(1);
    private static final int LEAST_LOOKS = 10;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ServerOptions server;

    @Option(names = "--older-than", paramLabel = "DURATION", description = "What sleeps for less is not leaked yet; 1s at least (default: ${DEFAULT-VALUE})")
    private String olderThan = "60s";

    @Option(names = "--watch", paramLabel = "DURATION", description = "How long to look before judging; 0 is a single look (default: ${DEFAULT-VALUE})")
    private String watch = "10s";

    @Option(names = "--kill", description = "Kill what has leaked, each one checked again immediately before")
    private boolean kill;

    @Option(names = "--yes", description = "Kill without asking")
    private boolean yes;

    @Option(names = "--every", paramLabel = "DURATION", description = "Keep doing it, until Ctrl-C")
    private Optional<String> every = Optional.empty();

    @Option(names = "--rounds", paramLabel = "N", description = "With --every: end after N rounds")
    private int rounds = Integer.MAX_VALUE;

    @Option(names = "--max-kills-per-minute", paramLabel = "N", description = "Leave the rest for later rounds (default: ${DEFAULT-VALUE})")
    private int killsPerMinute = 60;

    @Option(names = "--max-gap", paramLabel = "DURATION", description = "The longest from the check of a connection to its KILL; what could only be killed later is left alone (default: ${DEFAULT-VALUE})")
    private String maxGap = "1ms";

    @Option(names = "--json", description = "An object, for programs; with --every one in a line for each round")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        Duration age = duration("--older-than", olderThan);
        Duration look = duration("--watch", watch);
        Duration gap = duration("--max-gap", maxGap);
        Optional<Duration> pause = every.map(text -> duration("--every", text));
        require(age.compareTo(Duration.ofSeconds(1)) >= 0, "--older-than = " + olderThan + ": must be 1s at least");
        require(gap.compareTo(Duration.ofMillis(1)) >= 0 && gap.compareTo(Duration.ofSeconds(1)) <= 0,
                "--max-gap = " + maxGap + ": must be between 1ms and 1s");
        require(killsPerMinute >= 1, "--max-kills-per-minute = " + killsPerMinute + ": must be 1 at least");
        require(rounds >= 1, "--rounds = " + rounds + ": must be 1 at least");
        require(!kill || yes || pause.isEmpty(), "--kill with --every needs --yes: nobody is there to be asked");
        require(!kill || yes || !json, "--kill with --json needs --yes: nobody is there to be asked");
        try (Entry entry = server.open()) {
            try {
                return run(entry, age, look, gap, pause);
            } catch (SQLException e) {
                throw ServerOptions.failed(entry, e);
            }
        }
    }

    private int run(Entry entry, Duration age, Duration watched, Duration gap, Optional<Duration> pause)
            throws SQLException, InterruptedException {
        SessionReader reader = new SessionReader(entry.connection(), entry.isMariaDb());
        Killer killer = new Killer(entry.connection(), reader.source(), age, gap);
        History history = new History(REMEMBERED);
        watch(reader, history, watched);
        KillLimit limit = new KillLimit(killsPerMinute);
        KillTally tally = new KillTally();
        int status = ExitStatus.DONE;
        for (int round = 1;; round++) {
            LeaksRound done = round(entry, reader, killer, history, age, limit);
            tally.add(done.kills());
            long left = done.leaked() - done.kills().stream().filter(KillResult::killed).count();
            status = left > 0 ? LEAK : ExitStatus.DONE;
            if (pause.isEmpty() || round == rounds) {
                break;
            }
            Thread.sleep(pause.get());
            history.add(reader.look());
        }
        if (!json && !tally.isEmpty()) {
            spec.commandLine().getOut().println("In all: " + tally.text());
            spec.commandLine().getOut().flush();
        }
        return status;
    }

    private static void watch(SessionReader reader, History history, Duration watched) throws SQLException, InterruptedException {
        Look first = reader.look();
        history.add(first);
        int looks = watched.isZero() ? 0 : (int) Math.max(LEAST_LOOKS, watched.dividedBy(LONGEST_PAUSE));
        Duration step = looks == 0 ? Duration.ZERO : watched.dividedBy(looks);
        for (int i = 0; i < looks; i++) {
            Thread.sleep(step);
            history.add(reader.look());
        }
    }

    private LeaksRound round(Entry entry, SessionReader reader, Killer killer, History history, Duration age, KillLimit limit)
            throws SQLException {
        PrintWriter out = spec.commandLine().getOut();
        List<Suspect> suspects = Leaks.suspects(history, age);
        LeaksRound seen =
                new LeaksRound(title(entry), reader.missing(), history.looks().getLast().sessions().size(), suspects, List.of(), 0);
        if (!json) {
            LeaksReport.suspects(seen).forEach(out::println);
            out.flush();
        }
        LeaksRound done = kill && seen.leaked() > 0 && (yes || confirmed(seen.leaked())) ? killed(seen, killer, limit) : seen;
        if (json) {
            out.println(LeaksJson.of(done, every.isEmpty()));
        } else {
            LeaksReport.kills(done).forEach(out::println);
        }
        out.flush();
        return done;
    }

    private static LeaksRound killed(LeaksRound seen, Killer killer, KillLimit limit) throws SQLException {
        List<KillResult> results = new ArrayList<>();
        int postponed = 0;
        for (Suspect suspect : seen.suspects()) {
            for (SeenSession session : suspect.leaked()) {
                Duration now = Duration.ofNanos(System.nanoTime());
                if (!limit.allows(now)) {
                    postponed++;
                    continue;
                }
                KillResult result = killer.kill(session);
                results.add(result);
                if (result.killed()) {
                    limit.killed(now);
                }
            }
        }
        return new LeaksRound(seen.server(), seen.missing(), seen.connections(), seen.suspects(), results, postponed);
    }

    private boolean confirmed(int count) {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            throw CommandFailed.refused("nothing is killed: there is no terminal to ask on, and no --yes");
        }
        String answer = console.readLine("Kill %d connection%s? Each is checked again first. [y/N] ", count, count == 1 ? "" : "s");
        return answer != null && answer.strip().equalsIgnoreCase("y");
    }

    private static String title(Entry entry) {
        return (entry.isMariaDb() ? "MariaDB " : "MySQL ") + entry.version().replaceFirst("^5\\.5\\.5-", "") + " at " + entry.endpoint()
                + ", by " + entry.way();
    }

    private Duration duration(String option, String text) {
        try {
            return DurationText.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), option + " = " + text + ": " + e.getMessage());
        }
    }

    private void require(boolean condition, String message) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}

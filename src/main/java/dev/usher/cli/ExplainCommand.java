package dev.usher.cli;

import dev.usher.reference.Entry;
import dev.usher.reference.ErrorClass;
import dev.usher.reference.Explanation;
import dev.usher.reference.Reference;
import dev.usher.reference.Severity;
import dev.usher.reference.render.JsonText;
import dev.usher.reference.render.MarkdownText;
import dev.usher.reference.render.TerminalText;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code usher explain}: what an error means, why it happens and how to fix it; offline. */
@Command(name = "explain", description = "What an error of MySQL, MariaDB or a client means, why it happens, how to fix it, and what not to do.", mixinStandardHelpOptions = true, sortOptions = false, customSynopsis = {
    "usher explain [--json|--markdown] ERROR...", "usher explain --list [FILTER...]",
    "usher explain --site DIR"}, parameterListHeading = "%n", optionListHeading = "%nOptions:%n", footer = {
        "", "Exit status 1: nothing is known about it."})
final class ExplainCommand implements Callable<Integer> {
    /** Nothing is known about what was asked for. */
    private static final int UNKNOWN = 1;

    private static final int LONGEST_PATH = 4096;
    private static final int DEFAULT_WIDTH = 80;

    private final InputStream in;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(paramLabel = "ERROR", arity = "0..*", completionCandidates = Candidates.class, description = "A number (1040), a symbol (ER_CON_COUNT_ERROR), an SQLSTATE (08004), a text with errors in it, a file, or - for standard input")
    private List<String> question = List.of();

    @Option(names = "--json", description = "An object for one error, an array for several, for programs")
    private boolean json;

    @Option(names = "--markdown", description = "Markdown, for a ticket or a wiki")
    private boolean markdown;

    @Option(names = "--list", description = "One line for each error that has a full entry")
    private boolean list;

    @Option(names = "--class", paramLabel = "CLASS", description = "With --list: ${COMPLETION-CANDIDATES}", converter = Choices.OfClass.class, completionCandidates = Choices.Classes.class)
    private Optional<ErrorClass> errorClass = Optional.empty();

    @Option(names = "--severity", paramLabel = "SEVERITY", description = "With --list: this or worse: ${COMPLETION-CANDIDATES}", converter = Choices.OfSeverity.class, completionCandidates = Choices.Severities.class)
    private Optional<Severity> severity = Optional.empty();

    @Option(names = "--server", paramLabel = "SERVER", description = "With --list: ${COMPLETION-CANDIDATES}", converter = Choices.OfFamily.class, completionCandidates = Choices.Families.class)
    private Optional<dev.usher.reference.Family> server = Optional.empty();

    @Option(names = "--text", paramLabel = "WORD", description = "With --list: entries with this word anywhere in them")
    private Optional<String> text = Optional.empty();

    @Option(names = "--site", paramLabel = "DIR", description = "Write the whole reference as a site into this folder")
    private Optional<Path> site = Optional.empty();

    ExplainCommand(InputStream in) {
        this.in = in;
    }

    /** What a shell may complete to: numbers and symbols of the full entries. */
    static final class Candidates implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return new Reference().entries().stream()
                    .flatMap(entry -> Stream.of(String.valueOf(entry.code()), entry.symbol()))
                    .distinct()
                    .iterator();
        }
    }

    @Override
    public Integer call() throws IOException {
        Reference reference = new Reference();
        if (site.isPresent()) {
            SiteFiles.write(reference, site.get(), spec.commandLine().getOut());
            return ExitStatus.DONE;
        }
        if (list) {
            print(matching(reference));
            return ExitStatus.DONE;
        }
        if (question.isEmpty()) {
            throw new ParameterException(spec.commandLine(),
                    "an error is missing: a number, a symbol, an SQLSTATE or a text with one in it");
        }
        List<Reference.Hit> hits = find(reference);
        if (hits.isEmpty()) {
            return unknown(reference);
        }
        sayHowOften(hits);
        List<Explanation> meanings = new ArrayList<>();
        hits.forEach(hit -> meanings.addAll(hit.meanings()));
        println(json ? JsonText.of(meanings) : markdown ? MarkdownText.of(meanings) : TerminalText.of(meanings, width()));
        return ExitStatus.DONE;
    }

    private List<Entry> matching(Reference reference) {
        return reference.entries().stream()
                .filter(entry -> errorClass.map(wanted -> entry.errorClass() == wanted).orElse(true))
                .filter(entry -> severity.map(least -> entry.severity().compareTo(least) >= 0).orElse(true))
                .filter(entry -> server.map(wanted -> entry.servers().containsKey(wanted)).orElse(true))
                .filter(entry -> text.map(entry::mentions).orElse(true))
                .toList();
    }

    private void print(List<Entry> entries) {
        if (json) {
            println(JsonText.array(entries));
        } else {
            println(new Answer(
                    List.of("code", "symbol", "sqlstate", "class", "severity", "servers"),
                    entries.stream()
                            .map(entry -> List.<@Nullable Object>of(entry.code(), entry.symbol(), entry.sqlState(),
                                    entry.errorClass().key(),
                                    entry.severity().key(),
                                    String.join(", ", entry.servers().keySet().stream().map(Object::toString).toList())))
                            .toList())
                    .table());
        }
    }

    private List<Reference.Hit> find(Reference reference) throws IOException {
        if (question.equals(List.of("-"))) {
            return reference.inText(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        Optional<Path> file = question.size() == 1 ? file(question.getFirst()) : Optional.empty();
        return file.isPresent()
                ? reference.inText(new String(Files.readAllBytes(file.get()), StandardCharsets.UTF_8))
                : reference.find(String.join(" ", question));
    }

    private static Optional<Path> file(String name) {
        try {
            return name.length() < LONGEST_PATH && Files.isRegularFile(Path.of(name)) ? Optional.of(Path.of(name)) : Optional.empty();
        } catch (InvalidPathException text) {
            return Optional.empty();
        }
    }

    /** How often each error is in a text. For a program it must not be in between: it goes to standard error then. */
    private void sayHowOften(List<Reference.Hit> hits) {
        if (hits.size() == 1 && hits.getFirst().count() == 1) {
            return;
        }
        PrintWriter to = json || markdown ? spec.commandLine().getErr() : spec.commandLine().getOut();
        hits.forEach(hit -> to.printf("%6d × %d %s%n", hit.count(), hit.code(), hit.meanings().getFirst().symbol()));
        to.println();
        to.flush();
    }

    private int unknown(Reference reference) {
        PrintWriter err = spec.commandLine().getErr();
        String asked = String.join(" ", question);
        err.println("usher: nothing is known about " + (asked.length() > DEFAULT_WIDTH ? asked.substring(0, DEFAULT_WIDTH) + "…" : asked));
        List<Explanation> near = reference.nearest(asked);
        if (!near.isEmpty()) {
            err.println("The nearest:");
            near.forEach(each -> err.printf("  %d %s (%s)%n", each.code(), each.symbol(), each.sqlState()));
        }
        err.flush();
        return UNKNOWN;
    }

    private static int width() {
        String columns = System.getenv("COLUMNS");
        return columns != null && columns.matches("\\d{2,3}") ? Math.clamp(Integer.parseInt(columns), 40, 120) : DEFAULT_WIDTH;
    }

    private void println(String answer) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(answer);
        out.flush();
    }
}

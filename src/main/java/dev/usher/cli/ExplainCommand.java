package dev.usher.cli;

import dev.usher.reference.Explanation;
import dev.usher.reference.Reference;
import dev.usher.reference.render.JsonText;
import dev.usher.reference.render.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code usher explain}: what an error means, why it happens and how to fix it; offline. */
@Command(name = "explain", description = "What an error of MySQL, MariaDB or a client means, why it happens, how to fix it, and what not to do.", mixinStandardHelpOptions = true, sortOptions = false, customSynopsis = "usher explain [OPTION...] ERROR...", parameterListHeading = "%n", optionListHeading = "%nOptions:%n", footer = {
    "", "Exit status 1: nothing is known about it."})
final class ExplainCommand implements Callable<Integer> {
    /** Nothing is known about what was asked for. */
    private static final int UNKNOWN = 1;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(paramLabel = "ERROR", arity = "0..*", description = "A number (1040), a symbol (ER_CON_COUNT_ERROR), an SQLSTATE (08004), a text with an error in it, a file, or - for standard input")
    private List<String> question = List.of();

    @Option(names = "--json", description = "An object for one error, an array for several, for programs")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        Reference reference = new Reference();
        if (question.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "an error is missing");
        }
        PrintWriter out = spec.commandLine().getOut();
        List<Reference.Hit> hits = find(reference);
        if (hits.isEmpty()) {
            return unknown(reference);
        }
        List<Explanation> meanings = new ArrayList<>();
        hits.forEach(hit -> meanings.addAll(hit.meanings()));
        if (hits.size() > 1 || hits.getFirst().count() > 1) {
            PrintWriter counts = json ? spec.commandLine().getErr() : out;
            hits.forEach(hit -> counts.printf("%5d × %d %s%n", hit.count(), hit.code(), hit.meanings().getFirst().symbol()));
            counts.println();
            counts.flush();
        }
        out.println(json ? JsonText.of(meanings) : TerminalText.of(meanings, 80));
        out.flush();
        return ExitStatus.DONE;
    }

    private List<Reference.Hit> find(Reference reference) throws IOException {
        if (question.equals(List.of("-"))) {
            return reference.inText(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        }
        String text = String.join(" ", question);
        if (question.size() == 1 && text.length() < 4096 && !text.contains("\n") && Files.isRegularFile(Path.of(text))) {
            return reference.inText(new String(Files.readAllBytes(Path.of(text)), StandardCharsets.UTF_8));
        }
        return reference.find(text);
    }

    private int unknown(Reference reference) {
        PrintWriter err = spec.commandLine().getErr();
        String text = String.join(" ", question);
        err.println("usher: nothing is known about " + (text.length() > 80 ? text.substring(0, 80) + "…" : text));
        List<Explanation> near = reference.nearest(text);
        if (!near.isEmpty()) {
            err.println("Near it:");
            near.forEach(each -> err.printf("  %d %s (%s)%n", each.code(), each.symbol(), each.sqlState()));
        }
        return UNKNOWN;
    }
}

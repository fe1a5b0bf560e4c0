package dev.usher.cli;

import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code usher completion}: the script with which a shell completes commands, options, and the errors of {@code usher explain}. */
@Command(name = "completion", description = "Print the script for completion in bash or zsh.", mixinStandardHelpOptions = true, optionListHeading = "%nOptions:%n", footer = {
    "", "For this shell: source <(usher completion)"})
final class CompletionCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(AutoComplete.bash("usher", spec.root().commandLine()));
        out.flush();
    }
}

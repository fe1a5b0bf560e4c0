package dev.usher.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** What {@code usher --version} prints. */
final class Version implements IVersionProvider {
    /** From the jar's manifest, which classes that run from a folder do not have. */
    static String text() {
        return Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "(development build)");
    }

    @Override
    public String[] getVersion() {
        return new String[]{"usher " + text(), "Java " + Runtime.version()};
    }
}

package dev.usher.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code usher --version} prints. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[]{"usher " + dev.usher.app.Version.current(), "Java " + Runtime.version()};
    }
}

package dev.usher.app;

/** Usher's own version. */
public final class Version {
    private Version() {}

    /** From the jar's manifest; {@code (development build)} when run from classes. */
    public static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "(development build)" : version;
    }
}

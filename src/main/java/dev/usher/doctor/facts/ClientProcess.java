package dev.usher.doctor.facts;

/**
 * Where a connection comes from, as closely as it is known.
 *
 * @param host name or address, without a port; {@code localhost} for the Unix socket
 * @param program as the client calls itself, or as /proc does; empty where unknown
 * @param pid 0 where unknown
 */
public record ClientProcess(String account, String host, String program, long pid) {
    /** A pooler of ours, by what it says of itself. */
    public boolean isUsher() {
        return program.equals("usher");
    }

    /** Such as {@code shop@10.0.0.7 (php, pid 4711)}. */
    @Override
    public String toString() {
        String who = account + "@" + host;
        if (program.isEmpty() && pid == 0) {
            return who;
        }
        String process = pid == 0 ? program : (program.isEmpty() ? "" : program + ", ") + "pid " + pid;
        return who + " (" + process + ")";
    }
}

package dev.usher.doctor.leaks;

/**
 * Whose connections are looked at together: those of one process, as far as the server knows it.
 *
 * @param account user name
 * @param host without the port
 * @param program empty where the server does not know it
 * @param pid the client's process id, empty where the server does not know it
 */
public record Client(String account, String host, String program, String pid) {
    @Override
    public String toString() {
        return account + "@" + host + (program.isEmpty() ? "" : " " + program) + (pid.isEmpty() ? "" : " (pid " + pid + ")");
    }
}

package dev.usher.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A client connection that keeps its server connection although it runs nothing.
 *
 * @param clientId what its greeting said and KILL takes
 * @param account as the server names it
 * @param program the program's name in the connection attributes, if it gave one
 * @param serverThreadId the thread id of the server connection that it keeps
 * @param reason all that pins it, parted by commas
 * @param statement that began it, without its literals
 * @param age since then
 * @param idle since its last statement
 * @param waited how long others have waited because of it
 */
public record PinRow(
        long clientId,
        String account,
        @Nullable String program,
        @Nullable Long serverThreadId,
        String reason,
        String statement,
        Duration age,
        Duration idle,
        Duration waited) {}

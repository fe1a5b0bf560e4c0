package dev.usher.clients;

import java.util.List;

/** A client that runs its cases against an endpoint. */
interface ClientProgram {

    /** Name and version, such as {@code PHP 8.2 PDO (mysqlnd)}. */
    String name();

    /**
     * Runs every case.
     *
     * @return a line for each: {@code ok case}, {@code ok case: what was seen}, {@code FAIL case: why} or {@code skip case: why}
     */
    List<String> run(Endpoint endpoint) throws Exception;
}

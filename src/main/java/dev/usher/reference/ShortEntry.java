package dev.usher.reference;

import java.util.List;
import java.util.stream.Collectors;

/**
 * An error that the reference only names.
 *
 * @param servers who has it under this symbol
 * @param related codes of full entries with the same SQLSTATE or a similar symbol
 */
public record ShortEntry(int code, String symbol, String sqlState, List<Family> servers, List<Integer> related) implements Explanation {
    /** Such as {@code MySQL 9.7, MariaDB 11.8}: the versions that the lists are from. */
    public List<String> versions() {
        return servers.stream().map(family -> family + " " + ErrorList.of(family).version()).collect(Collectors.toList());
    }
}

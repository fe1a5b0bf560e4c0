package dev.usher.reference;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The table {@code sqlstate_map} in MariaDB's program: for each error its number and two pointers to SQLSTATEs, of which the first is the one that goes
 * over the wire. It is among the symbols that the program exports for its plugins. ELF, 64 bits, little endian.
 */
final class SqlStateMap {
    private static final int SYMBOLS = 11;
    private static final int RELOCATIONS = 4;
    private static final int NO_BITS = 8;
    private static final int RELATIVE = 8;
    private static final int ROW = 24;

    private final ByteBuffer file;
    private final List<Section> sections = new ArrayList<>();

    private record Section(int type, long address, long offset, long size, int link) {}

    private SqlStateMap(ByteBuffer file) {
        this.file = file;
        long table = file.getLong(0x28);
        int size = file.getShort(0x3A);
        for (int i = 0; i < file.getShort(0x3C); i++) {
            int at = (int) table + i * size;
            sections.add(new Section(file.getInt(at + 4), file.getLong(at + 0x10), file.getLong(at + 0x18), file.getLong(at + 0x20),
                    file.getInt(at + 0x28)));
        }
    }

    static Map<Integer, String> read(Path program) throws IOException {
        return new SqlStateMap(ByteBuffer.wrap(Files.readAllBytes(program)).order(ByteOrder.LITTLE_ENDIAN)).rows();
    }

    private Map<Integer, String> rows() {
        Section symbols = sections.stream().filter(section -> section.type() == SYMBOLS).findFirst().orElseThrow();
        long names = sections.get(symbols.link()).offset();
        for (long at = symbols.offset(); at < symbols.offset() + symbols.size(); at += ROW) {
            if (text(names + file.getInt((int) at)).equals("sqlstate_map")) {
                return rows(file.getLong((int) at + 8), file.getLong((int) at + 16));
            }
        }
        throw new IllegalStateException("no sqlstate_map");
    }

    private Map<Integer, String> rows(long address, long size) {
        Map<Long, Long> pointers = new HashMap<>();
        for (Section section : sections) {
            for (long at = section.offset(); section.type() == RELOCATIONS && at < section.offset() + section.size(); at += ROW) {
                long target = file.getLong((int) at);
                if ((int) file.getLong((int) at + 8) == RELATIVE && target >= address && target < address + size) {
                    pointers.put(target, file.getLong((int) at + 16));
                }
            }
        }
        Map<Integer, String> rows = new TreeMap<>();
        for (long row = address; row < address + size; row += ROW) {
            rows.put(file.getInt(offset(row)), text(offset(pointers.get(row + 8))));
        }
        return rows;
    }

    private int offset(long address) {
        return sections.stream()
                .filter(section -> section.type() != NO_BITS && section.address() != 0 && address >= section.address()
                        && address < section.address() + section.size())
                .mapToInt(section -> (int) (section.offset() + address - section.address()))
                .findFirst()
                .orElseThrow();
    }

    private String text(long offset) {
        int end = (int) offset;
        while (file.get(end) != 0) {
            end++;
        }
        return new String(file.array(), (int) offset, end - (int) offset, StandardCharsets.US_ASCII);
    }
}

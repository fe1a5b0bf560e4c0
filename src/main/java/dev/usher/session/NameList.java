package dev.usher.session;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Distinct names kept as bytes until somebody asks for them, so that reading a statement creates no strings. */
final class NameList {
    private static final int MOST_NAMES = 64;

    private final int[] ends = new int[MOST_NAMES];
    private byte[] bytes = new byte[256];
    private int size;
    /** A bit for each name that is {@link #mark}ed. */
    private long marks;
    private int last;

    void clear() {
        size = 0;
        marks = 0;
    }

    /** Adds a name unless it is there; {@code false} if there is no room for another one. */
    boolean add(byte[] name, int length) {
        int start = 0;
        for (int i = 0; i < size; i++) {
            if (Arrays.equals(bytes, start, ends[i], name, 0, length)) {
                last = i;
                return true;
            }
            start = ends[i];
        }
        if (size == MOST_NAMES) {
            return false;
        }
        if (start + length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, start + length));
        }
        System.arraycopy(name, 0, bytes, start, length);
        last = size;
        ends[size++] = start + length;
        return true;
    }

    /** Marks the name added last. */
    void mark() {
        marks |= 1L << last;
    }

    List<String> toList() {
        return toList(-1);
    }

    List<String> marked() {
        return toList(marks);
    }

    private List<String> toList(long wanted) {
        if (size == 0 || wanted == 0) {
            return List.of();
        }
        List<String> names = new ArrayList<>(size);
        int start = 0;
        for (int i = 0; i < size; i++) {
            if ((wanted >> i & 1) != 0) {
                names.add(new String(bytes, start, ends[i] - start, StandardCharsets.UTF_8));
            }
            start = ends[i];
        }
        return names;
    }
}

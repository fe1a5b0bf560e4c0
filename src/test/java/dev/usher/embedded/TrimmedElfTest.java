package dev.usher.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TrimmedElfTest {
    private static final int LOADED_END = 400;

    @Test
    void keepsWhatIsLoadedAndDropsWhatFollows() throws IOException {
        byte[] trimmed = trim(executable());

        assertThat(trimmed).hasSize(LOADED_END);
        assertThat(Arrays.copyOfRange(trimmed, 64, LOADED_END)).isEqualTo(Arrays.copyOfRange(executable(), 64, LOADED_END));
    }

    @Test
    void saysInTheHeaderThatThereAreNoSections() throws IOException {
        ByteBuffer header = ByteBuffer.wrap(trim(executable())).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(header.getLong(40)).as("e_shoff").isZero();
        assertThat(header.getShort(60)).as("e_shnum").isZero();
        assertThat(header.getShort(56)).as("e_phnum").isEqualTo((short) 2);
    }

    @Test
    void refusesWhatIsNoExecutable() {
        assertThatThrownBy(() -> trim("#!/bin/sh\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII))).isInstanceOf(IOException.class)
                .hasMessageContaining("not a 64-bit ELF");
        assertThatThrownBy(() -> trim(new byte[200])).isInstanceOf(IOException.class);
    }

    @Test
    void refusesAnExecutableThatEndsTooEarly() {
        assertThatThrownBy(() -> trim(Arrays.copyOf(executable(), LOADED_END - 1))).isInstanceOf(EOFException.class);
    }

    private static byte[] trim(byte[] executable) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TrimmedElf.copy(new ByteArrayInputStream(executable), out);
        return out.toByteArray();
    }

    /** 1000 bytes, of which two segments fill the first 400: the first one ends last. */
    private static byte[] executable() {
        ByteBuffer file = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < file.capacity(); i++) {
            file.put(i, (byte) i);
        }
        file.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1);
        file.putLong(32, 64).putLong(40, 700).putShort(54, (short) 56).putShort(56, (short) 2).putShort(60, (short) 5);
        segment(file, 64, 100, LOADED_END - 100);
        segment(file, 64 + 56, 0, 200);
        return file.array();
    }

    private static void segment(ByteBuffer file, int at, long offset, long size) {
        file.putInt(at, 1).putLong(at + 8, offset).putLong(at + 32, size);
    }
}

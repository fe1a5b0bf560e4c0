package dev.usher.embedded;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Copies the part of an ELF executable that is loaded to run it, and leaves out what follows: debugging sections and the section
 * header table. That takes mariadbd from 314 to 30 MB, without strip(1), and nine tenths of the jar's entry need not be inflated.
 *
 * <p>Field offsets are those of the 64-bit file header and program header in the System V ABI, chapters 4 and 5.
 */
final class TrimmedElf {
    private static final int FILE_HEADER_SIZE = 64;
    private static final int PROGRAM_HEADER_SIZE = 56;
    private static final int LOADABLE = 1;

    private TrimmedElf() {}

    /**
     * Copies the loadable part; the rest of {@code in} is left unread.
     *
     * @throws IOException also if this is no 64-bit little-endian ELF file with its program headers right behind the file header,
     *     where every linker puts them
     */
    static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] bytes = in.readNBytes(FILE_HEADER_SIZE);
        ByteBuffer header = littleEndian(bytes);
        if (bytes.length < FILE_HEADER_SIZE || header.getInt(0) != 0x464c457f || bytes[4] != 2 || bytes[5] != 1
                || header.getLong(32) != FILE_HEADER_SIZE || header.getShort(54) != PROGRAM_HEADER_SIZE) {
            throw new IOException("not a 64-bit ELF executable");
        }
        byte[] programHeaders = in.readNBytes(header.getShort(56) * PROGRAM_HEADER_SIZE);
        long end = endOfLoadable(littleEndian(programHeaders));

        header.putLong(40, 0); // e_shoff, and with it the sizes and counts of the section header table
        header.putShort(58, (short) 0).putShort(60, (short) 0).putShort(62, (short) 0);
        out.write(bytes);
        out.write(programHeaders);
        copy(in, out, end - bytes.length - programHeaders.length);
    }

    private static long endOfLoadable(ByteBuffer programHeaders) {
        long end = 0;
        for (int at = 0; at + PROGRAM_HEADER_SIZE <= programHeaders.capacity(); at += PROGRAM_HEADER_SIZE) {
            if (programHeaders.getInt(at) == LOADABLE) {
                long offset = programHeaders.getLong(at + 8);
                long sizeInFile = programHeaders.getLong(at + 32);
                end = Math.max(end, offset + sizeInFile);
            }
        }
        return end;
    }

    private static void copy(InputStream in, OutputStream out, long count) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long left = count;
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (read < 0) {
                throw new EOFException("the executable ends " + left + " bytes too early");
            }
            out.write(buffer, 0, read);
            left -= read;
        }
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}

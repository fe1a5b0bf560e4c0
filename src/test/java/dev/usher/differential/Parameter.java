package dev.usher.differential;

import dev.usher.wire.LengthEncoded;
import io.netty.buffer.ByteBuf;

/** A parameter of a prepared statement: {@code long:5}, {@code string:abc}, {@code null}. */
record Parameter(Type type, String text) {
    enum Type {
        NULL(6),
        TINY(1),
        SHORT(2),
        LONG(3),
        LONGLONG(8),
        UNSIGNED(8 | 0x8000),
        DOUBLE(5),
        STRING(254),
        BLOB(252);

        private final int code;

        Type(int code) {
            this.code = code;
        }

        /** Type and flags, as COM_STMT_EXECUTE binds them. */
        int code() {
            return code;
        }
    }

    static final Parameter NULL = new Parameter(Type.NULL, "");

    static Parameter of(Type type, Object value) {
        return new Parameter(type, value.toString());
    }

    static Parameter parse(String text) {
        int colon = text.indexOf(':');
        return colon < 0 ? NULL : new Parameter(Type.valueOf(text.substring(0, colon).toUpperCase(java.util.Locale.ROOT)),
                text.substring(colon + 1));
    }

    void write(ByteBuf out, Placeholders placeholders) {
        switch (type) {
            case NULL -> {
            }
            case TINY -> out.writeByte(Integer.parseInt(text));
            case SHORT -> out.writeShortLE(Integer.parseInt(text));
            case LONG -> out.writeIntLE(Integer.parseInt(text));
            case LONGLONG -> out.writeLongLE(Long.parseLong(text));
            case UNSIGNED -> out.writeLongLE(Long.parseUnsignedLong(text));
            case DOUBLE -> out.writeLongLE(Double.doubleToRawLongBits(Double.parseDouble(text)));
            case STRING, BLOB -> LengthEncoded.writeBytes(out, placeholders.expand(text));
        }
    }

    @Override
    public String toString() {
        return type == Type.NULL ? "null" : type.name().toLowerCase(java.util.Locale.ROOT) + ":" + text;
    }
}

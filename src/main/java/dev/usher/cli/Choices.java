package dev.usher.cli;

import dev.usher.reference.ErrorClass;
import dev.usher.reference.Family;
import dev.usher.reference.Severity;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Values of the reference as options write them. picocli makes these by their classes. */
final class Choices {
    private Choices() {}

    private static <T> T choice(String text, T[] values, Function<T, String> key) {
        return Arrays.stream(values)
                .filter(value -> key.apply(value).equals(text))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("must be one of " + String.join(", ", keys(values, key))));
    }

    private static <T> List<String> keys(T[] values, Function<T, String> key) {
        return Arrays.stream(values).map(key).toList();
    }

    static final class OfClass implements ITypeConverter<ErrorClass> {
        @Override
        public ErrorClass convert(String text) {
            return choice(text, ErrorClass.values(), ErrorClass::key);
        }
    }

    static final class OfSeverity implements ITypeConverter<Severity> {
        @Override
        public Severity convert(String text) {
            return choice(text, Severity.values(), Severity::key);
        }
    }

    static final class OfFamily implements ITypeConverter<Family> {
        @Override
        public Family convert(String text) {
            return choice(text, Family.values(), Family::key);
        }
    }

    static final class Classes implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return keys(ErrorClass.values(), ErrorClass::key).iterator();
        }
    }

    static final class Severities implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return keys(Severity.values(), Severity::key).iterator();
        }
    }

    static final class Families implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return keys(Family.values(), Family::key).iterator();
        }
    }
}

package dev.usher;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the table of packages: which of them there are, and which may use which. A package of the table need not exist yet. */
class ArchitectureTest {
    private static final Path SOURCES = Path.of("src", "main", "java");
    private static final Set<String> RELAY = Set.of("error", "wire", "auth", "tls", "session", "config");

    /** Every package under {@code dev.usher} and the other ones that it may use; what is below a package belongs to it. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            entry("error", Set.of()),
            entry("text", Set.of()),
            entry("wire", Set.of("error")),
            entry("auth", Set.of("wire", "error")),
            entry("session", Set.of("wire", "error")),
            entry("config", Set.of("error", "text")),
            entry("tls", Set.of("config", "error")),
            entry("pool", RELAY),
            entry("proxy", and(RELAY, "pool")),
            entry("doctor", Set.of("config", "error")),
            entry("reference", Set.of("error", "text")),
            entry("admin", and(RELAY, "pool", "proxy", "doctor", "reference")),
            entry("metrics", Set.of("pool", "proxy")),
            entry("console", Set.of("admin", "metrics", "doctor", "reference")),
            entry("embedded", Set.of()),
            entry("app", and(RELAY, "pool", "proxy", "doctor", "reference", "admin", "metrics", "console", "embedded")),
            entry("cli", and(RELAY, "pool", "proxy", "doctor", "reference", "admin", "metrics", "console", "embedded", "app")));

    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.usher");

    @Test
    void aPackageUsesOnlyWhatTheTableAllows() {
        List<String> violations = new ArrayList<>();
        for (JavaPackage from : CLASSES.getPackage("dev.usher").getSubpackages()) {
            Set<String> allowed = MAY_USE.getOrDefault(from.getRelativeName(), Set.of());
            from.getClassDependenciesFromThisPackageTree().forEach(dependency -> {
                String target = usherPackage(dependency.getTargetClass().getPackageName());
                if (!target.isEmpty() && !allowed.contains(target)) {
                    violations.add(dependency.getDescription());
                }
            });
        }
        assertThat(violations).isEmpty();
    }

    @Test
    void everyPackageIsInTheTable() {
        Set<String> found = CLASSES.getPackage("dev.usher").getSubpackages().stream()
                .map(JavaPackage::getRelativeName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(found).isNotEmpty();
        assertThat(MAY_USE.keySet()).containsAll(found);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("dev.usher.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void noPackageIsNamedAfterWhatDoesNotBelongAnywhere() {
        assertThat(sourceFolders())
                .noneMatch(folder -> folder.getFileName().toString().matches("utils?|common|impl|managers?|helpers?|misc"));
    }

    @Test
    void everyPackageSaysWhatItIsFor() {
        assertThat(sourceFolders()).isNotEmpty().allMatch(folder -> Files.exists(folder.resolve("package-info.java")));
    }

    @Test
    void onlyTheCommandLineWritesToTheTerminal() {
        noClasses().that().resideOutsideOfPackage("dev.usher.cli..").should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
                .allowEmptyShould(true).check(CLASSES);
    }

    /** The first name below {@code dev.usher}, or an empty text for a class from elsewhere. */
    private static String usherPackage(String name) {
        String[] parts = name.split("\\.");
        return parts.length > 2 && parts[0].equals("dev") && parts[1].equals("usher") ? parts[2] : "";
    }

    private static List<Path> sourceFolders() {
        try (var files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java")).map(Path::getParent).distinct().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> and(Set<String> some, String... more) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(List.of(more));
        return all;
    }
}

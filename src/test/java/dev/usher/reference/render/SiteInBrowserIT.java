package dev.usher.reference.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.usher.reference.Reference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The site in headless Chromium, as {@code ci/browser} installs it: at the width of a phone, some pages also at that of a desk. All pages are made alike:
 * those with everything that a page can have are looked at always, every one with {@code -Dusher.site=all}.
 */
class SiteInBrowserIT {
    private static final Path MODULES = Path.of(
            System.getenv().getOrDefault("USHER_TEST_SERVERS", System.getProperty("user.home") + "/.cache/usher-tests"), "browser",
            "node_modules");
    private static final Set<String> IN_BOTH_WIDTHS = Set.of("index.html", "1040.html", "4031.html");
    private static final Set<String> ALWAYS = Set.of("1129.html", "2006.html", "2059.html", "3955.html");
    private static final boolean ALL = System.getProperty("usher.site", "").equals("all");

    @Test
    void noPageHasAViolationOrIsTooWideForAPhone(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/usr/bin/chromium")) && Files.exists(MODULES.resolve("axe-core")), "no browser: see ci/browser");
        List<String> command =
                new ArrayList<>(List.of("node", Path.of("src", "test", "browser", "check-pages.mjs").toAbsolutePath().toString(),
                        MODULES.toString(), folder.toString(), System.getProperty("usher.screenshots", "-")));
        for (Map.Entry<String, String> file : Site.files(new Reference()).entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue());
            String name = file.getKey();
            if (IN_BOTH_WIDTHS.contains(name)) {
                command.add("+" + name);
            } else if (ALWAYS.contains(name) || ALL && name.endsWith(".html")) {
                command.add(name);
            }
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        System.out.print(output);
    }
}

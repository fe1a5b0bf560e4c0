package dev.usher.reference.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.reference.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SiteTest {
    private static final Map<String, String> FILES = Site.files(new Reference());
    private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"]*)\"");
    private static final Pattern ID = Pattern.compile(" id=\"([^\"]*)\"");

    @Test
    void everyLinkWithinTheSiteLeadsToAFile() {
        List<String> dead = new ArrayList<>();
        FILES.forEach((name, content) -> {
            Matcher link = LINK.matcher(content);
            while (link.find()) {
                if (!link.group(1).startsWith("https://") && !FILES.containsKey(link.group(1))) {
                    dead.add(name + ": " + link.group(1));
                }
            }
        });
        assertThat(dead).isEmpty();
    }

    @Test
    void anAddressWithinAPageIsThereOnce() {
        FILES.forEach((name, content) -> assertThat(ID.matcher(content).results().map(id -> id.group(1))).as(name).doesNotHaveDuplicates());
    }

    @Test
    void everyEntryHasAPageThatTheIndexLinksAndThatHasAllOfIt() {
        new Reference().entries().forEach(entry -> {
            assertThat(FILES.get("index.html")).contains("href=\"" + entry.code() + ".html\"");
            assertThat(FILES.get(entry.code() + ".html")).contains(Html.escaped(entry.fixes().getLast().code()),
                    Html.escaped(entry.avoid().getLast().why()));
        });
    }

    @Test
    void nothingIsLoadedFromElsewhereAndTextCanNotBecomeMarkup() {
        FILES.forEach((name, content) -> assertThat(content).as(name).doesNotContain("src=\"http").doesNotContain("@import")
                .doesNotContain("url("));
        assertThat(Html.paragraph("<script>alert(\"&\")</script>"))
                .isEqualTo("<p>&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;</p>\n");
    }
}

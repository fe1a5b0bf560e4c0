package dev.usher.cli.remedy;

import dev.usher.doctor.facts.Platform;
import dev.usher.doctor.raise.OptionFilePlace;
import dev.usher.doctor.raise.Raising;
import dev.usher.doctor.sizing.RaisePlan;
import dev.usher.doctor.sizing.Sizing;
import dev.usher.doctor.sizing.SizingInput;
import java.util.Optional;

/**
 * All that {@code usher raise} has found and done.
 *
 * @param outcome nothing if nothing was to be set
 * @param written the option file that was written, if one was
 */
public record RaiseResult(String server, SizingInput input, Sizing sizing, RaisePlan plan, Platform platform, OptionFilePlace place,
        Optional<Raising.Outcome> outcome, Optional<String> written) {
    public boolean applied() {
        return outcome.map(Raising.Outcome::applied).orElse(false);
    }

    public boolean mariaDb() {
        return input.server().mariaDb();
    }
}

package dev.usher.doctor.rules;

import java.util.List;

/** A pure function from what was seen to what follows from it. */
interface Rule {
    List<Finding> judge(Picture picture);
}

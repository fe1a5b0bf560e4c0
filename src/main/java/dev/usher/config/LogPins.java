package dev.usher.config;

/** Whether pins are logged. */
enum LogPins {
    OFF,
    ON
}

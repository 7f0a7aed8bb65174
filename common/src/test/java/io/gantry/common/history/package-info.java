/**
 * Histories of calls, as clients saw them, and whether a system that does one thing at a time could
 * have given them. A {@code Recorder} keeps the calls, a {@code Model} says what each may answer,
 * and {@code Linearizability} is the judge. All of it is pure but for the recorder's clock.
 */
@NullMarked
package io.gantry.common.history;

import org.jspecify.annotations.NullMarked;

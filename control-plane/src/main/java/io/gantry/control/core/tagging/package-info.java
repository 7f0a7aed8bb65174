/**
 * Which resources have tags, and which of them may be given others. {@link
 * io.gantry.control.core.tagging.Tagged} finds both in a state. The API and the judge share it.
 */
@NullMarked
package io.gantry.control.core.tagging;

import org.jspecify.annotations.NullMarked;

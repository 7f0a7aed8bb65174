@NullMarked
package io.gantry.control.core.rollout;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.gantry.control.core.job;

import org.jspecify.annotations.NullMarked;

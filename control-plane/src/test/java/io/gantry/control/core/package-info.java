@NullMarked
package io.gantry.control.core;

import org.jspecify.annotations.NullMarked;

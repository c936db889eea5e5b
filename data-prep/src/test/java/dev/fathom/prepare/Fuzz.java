// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;

/**
 * A property of input of any kind. It has {@code jqwik.tries.default} tries, few in a build, each
 * time of other seeds, and as many as are asked for on the command line.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Property(shrinking = ShrinkingMode.OFF)
@Tag("fuzz")
public @interface Fuzz {}

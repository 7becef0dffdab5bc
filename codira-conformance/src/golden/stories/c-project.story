A C project that plays tones, with headers, prototypes, static functions of one name, macros and conditions

=== The project is indexed
--- write include/tone.h
#ifndef TONE_H
#define TONE_H

#include <stddef.h>

/** The rate at which samples are played. */
#define TONE_RATE 48000
#define TONE_CLAMP(x) ((x) < -1.0f ? -1.0f : (x) > 1.0f ? 1.0f : (x))

/** The form of a wave. */
enum tone_form { TONE_SINE, TONE_SQUARE = 4, TONE_SAW };

/** A tone that is playing. */
typedef struct tone {
    enum tone_form form;
    float frequency;
    float phase;
    struct tone *next;
} tone_t;

typedef float (*tone_wave)(float phase);

/** Starts a tone; NULL when there is no memory. */
tone_t *tone_start(enum tone_form form, float frequency);
void tone_stop(tone_t *tone);
size_t tone_mix(const tone_t *tones, float *out, size_t count);

#endif

--- write src/tone.c
#include "tone.h"

#include <math.h>
#include <stdlib.h>

#include "waves.h"

static int playing;

/* One more tone is playing. */
static void note(int change)
{
    playing += change;
}

tone_t *tone_start(enum tone_form form, float frequency)
{
    tone_t *tone = malloc(sizeof *tone);
    if (!tone)
        return NULL;
    tone->form = form;
    tone->frequency = frequency;
    tone->phase = 0.0f;
    note(1);
    return tone;
}

void tone_stop(tone_t *tone)
{
    note(-1);
    free(tone);
}

size_t tone_mix(const tone_t *tones, float *out, size_t count)
{
    tone_wave wave = wave_of(tones->form);
    for (size_t i = 0; i < count; i++)
        out[i] = TONE_CLAMP(wave(tones->phase + (float)i / TONE_RATE));
    return count;
}

--- write src/waves.h
#pragma once
#include "../include/tone.h"

tone_wave wave_of(enum tone_form form);

--- write src/waves.c
#include "waves.h"
#include <math.h>

#ifdef TONE_FAST
static float sine(float phase) { return 4.0f * phase * (1.0f - phase); }
#else
static float sine(float phase)
{
    return sinf(phase);
}
#endif

static float square(float phase) { return phase < 0.5f ? 1.0f : -1.0f; }

static void note(int change) { (void)change; }

static const tone_wave table[] = { sine, square };

tone_wave wave_of(enum tone_form form)
{
    note(0);
    switch (form) {
    case TONE_SQUARE:
        return table[1];
    default:
        return sine;
    }
}

--- write src/main.c
#include <stdio.h>
#include <tone.h>

int main(int argc, char **argv)
{
    float out[16];
    tone_t *tone = tone_start(TONE_SINE, 440.0f);
    if (!tone) {
        fprintf(stderr, "%s: no memory\n", argv[0]);
        return 1;
    }
    printf("%zu\n", tone_mix(tone, out, 16));
    tone_stop(tone);
    return argc > 9;
}

=== A header goes away
--- remove src/waves.h

=== It comes back elsewhere
--- write src/waves/waves.h
#pragma once

typedef float (*tone_wave)(float phase);
tone_wave wave_of(int form);

=== The includes follow
--- change src/tone.c
-#include "waves.h"
+#include "waves/waves.h"
--- change src/waves.c
-#include "waves.h"
+#include "waves/waves.h"

=== A second definition makes a function ambiguous
--- write src/legacy.c
#include "tone.h"

void tone_stop(tone_t *tone) { tone->phase = 0; }

=== The first definition becomes static, and one remains
--- change src/tone.c
-void tone_stop(tone_t *tone)
+static void tone_halt(tone_t *tone)

=== A bracket is lost in a header
--- change include/tone.h
-size_t tone_mix(const tone_t *tones, float *out, size_t count);
+size_t tone_mix(const tone_t *tones, float *out, size_t count;

=== It is found, and the legacy is moved out of what is indexed
--- change include/tone.h
-size_t tone_mix(const tone_t *tones, float *out, size_t count;
+size_t tone_mix(const tone_t *tones, float *out, size_t count);
--- move src/legacy.c -> attic/legacy.c
--- exclude attic/

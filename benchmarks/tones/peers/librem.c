/* librem's DTMF decoder (Debian's librem-dev), as its users run it. It knows no gaps: silence stands in for them. */
#include "scenes.h"
#include <re.h>
#include <rem.h>

static struct dtmf_dec *decoder;
static const int16_t nothing[160];

static void heard(char digit, void *user)
{
    (void)user;
    /* It says 0 when a digit has ended. */
    if (digit)
        report(digit);
}

static void detector_reset(void)
{
    decoder = mem_deref(decoder);
    if (dtmf_dec_alloc(&decoder, 8000, 1, heard, NULL))
        exit(3);
}

static void detector_take(const int16_t *samples, int count)
{
    dtmf_dec_probe(decoder, samples, (size_t)count);
}

static void detector_lost(int count)
{
    dtmf_dec_probe(decoder, nothing, (size_t)count);
}

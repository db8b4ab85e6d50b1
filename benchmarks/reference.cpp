// The loops of the kernels, written again in C++: same draws, same arithmetic, same integers.
// Built by reference.py with g++ -O3 -march=native -ffp-contract=off.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

using u64 = uint64_t;
using i64 = int64_t;

namespace {

constexpr u64 MASK = 0xFFFFFFFFu;

inline void philox(u64 &c0, u64 &c1, u64 &c2, u64 &c3, u64 k0, u64 k1) {
    for (int round = 0; round < 10; ++round) {
        const u64 p0 = 0xD2511F53u * (c0 & MASK);
        const u64 p1 = 0xCD9E8D57u * (c2 & MASK);
        c0 = (p1 >> 32) ^ c1 ^ k0;
        c1 = p1 & MASK;
        c2 = (p0 >> 32) ^ c3 ^ k1;
        c3 = p0 & MASK;
        k0 = (k0 + 0x9E3779B9u) & MASK;
        k1 = (k1 + 0xBB67AE85u) & MASK;
    }
}

}  // namespace

// Words of n lanes for one draw number: four rows of n.
static void fill_block(u64 *words, u64 draw, u64 first, u64 batch, u64 purpose, u64 k0, u64 k1, i64 n) {
    for (i64 lane = 0; lane < n; ++lane) {
        u64 a = draw, b = first + lane, c = batch, d = purpose;
        philox(a, b, c, d, k0, k1);
        words[lane] = a;
        words[n + lane] = b;
        words[2 * n + lane] = c;
        words[3 * n + lane] = d;
    }
}

// One word's hops of every lane, and the crossings of plane|plane+1 if they are counted.
template <int HOPS, bool COUNTED>
static void hop_block(i64 *x, i64 *y, i64 *z, const u64 *word, i64 n, i64 side, i64 plane,
                      i64 *crossings) {
    i64 forward = 0, backward = 0;
    for (i64 lane = 0; lane < n; ++lane) {
        u64 fraction = word[lane];
        i64 i = x[lane], j = y[lane], l = z[lane];
        for (int hop = 0; hop < HOPS; ++hop) {
            fraction = (fraction & MASK) * 6;
            const i64 direction = fraction >> 32;
            const i64 axis = direction >> 1;
            const i64 move = ((direction & 1) << 1) - 1;
            if (COUNTED) {
                forward += (i == plane) & (direction == 1);
                backward += (i == plane + 1) & (direction == 0);
            }
            i = std::min(std::max(i + (axis == 0 ? move : 0), i64(1)), side);
            j = std::min(std::max(j + (axis == 1 ? move : 0), i64(1)), side);
            l = std::min(std::max(l + (axis == 2 ? move : 0), i64(1)), side);
        }
        x[lane] = i;
        y[lane] = j;
        z[lane] = l;
    }
    crossings[0] += forward;
    crossings[1] += backward;
}

template <bool COUNTED>
static void hop_word(i64 *x, i64 *y, i64 *z, const u64 *word, i64 n, i64 side, i64 plane,
                     i64 *crossings, i64 n_hops) {
    if (n_hops == 3) hop_block<3, COUNTED>(x, y, z, word, n, side, plane, crossings);
    if (n_hops == 2) hop_block<2, COUNTED>(x, y, z, word, n, side, plane, crossings);
    if (n_hops == 1) hop_block<1, COUNTED>(x, y, z, word, n, side, plane, crossings);
}

// Sites of different kinds: what a kind does with a word (see walkers/lattice/hop_sites.py).
struct Rates {
    const uint8_t *kinds;
    const i64 *entries, *jumps, *offsets, *traps;
    u64 n_columns;
    i64 row_bits, hops_per_word;

    i64 direction(u64 fraction, i64 site) const {
        const i64 column = fraction >> 32;
        const i64 entry = entries[(i64(kinds[site]) << row_bits) | column];
        return i64(fraction & MASK) < (entry >> 8) ? column : entry & 255;
    }
};

// All hops of one word of every lane, counted by label, tag and direction.
static void hop_counted(i64 *site, const u64 *word, const i64 *label, i64 n, const Rates &rates,
                        const uint8_t *tags, i64 n_tags, i64 n_outcomes, i64 *departures) {
    for (i64 lane = 0; lane < n; ++lane) {
        u64 fraction = word[lane];
        i64 here = site[lane];
        for (i64 hop = 0; hop < rates.hops_per_word; ++hop) {
            fraction = (fraction & MASK) * rates.n_columns;
            const i64 direction = rates.direction(fraction, here);
            ++departures[(label[lane] * n_tags + tags[here]) * n_outcomes + direction];
            here += rates.offsets[direction];
        }
        site[lane] = here;
    }
}

// Three hops of one word of every lane, where a column is a hop or none.
static void hop_uncounted(i64 *site, const u64 *word, i64 n, const Rates &rates) {
    for (i64 lane = 0; lane < n; ++lane) {
        u64 fraction = word[lane];
        i64 here = site[lane];
        for (int hop = 0; hop < 3; ++hop) {
            fraction = (fraction & MASK) * rates.n_columns;
            here += rates.jumps[(i64(rates.kinds[here]) << rates.row_bits) | i64(fraction >> 32)];
        }
        site[lane] = here;
    }
}

struct Vec {
    double x, y, z;
};
static inline Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
static inline Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
static inline Vec operator*(double s, Vec a) { return {s * a.x, s * a.y, s * a.z}; }
static inline double dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

struct Disc {
    Vec centre, normal;
    double square_radius;
};

// First candidate draw that falls in the unit disc.
struct Draws {
    u64 walker, batch, k0, k1;
    void accepted(u64 purpose, u64 &draw, double &a, double &b) const {
        for (;;) {
            u64 c0 = draw++, c1 = walker, c2 = batch, c3 = purpose;
            philox(c0, c1, c2, c3, k0, k1);
            a = 2.0 * ((double(c0) + 0.5) * 0x1p-32) - 1.0;
            b = 2.0 * ((double(c1) + 0.5) * 0x1p-32) - 1.0;
            if (a * a + b * b < 1.0) return;
        }
    }
};

static inline Vec in_frame(Vec n, double a, double b, double c) {
    const double sign = n.z >= 0.0 ? 1.0 : -1.0;
    const double p = -1.0 / (sign + n.z);
    const double q = n.x * n.y * p;
    return {a * (1.0 + sign * n.x * n.x * p) + b * q + c * n.x,
            a * (sign * q) + b * (sign + n.y * n.y * p) + c * n.y,
            -a * (sign * n.x) - b * n.y + c * n.z};
}

extern "C" {

// Molecules through a tube along `axis` (unit vector) of radius 1, half from either end.
// hits: (2 ends of origin) x (left, right, wall). Returns the number of lost molecules.
i64 trace_tube(i64 n_walkers, double length, const double *axis_in, double skin, u64 batch, u64 k0,
               u64 k1, i64 *hits) {
    const Vec axis{axis_in[0], axis_in[1], axis_in[2]};
    const double square = (1.0 + skin) * (1.0 + skin);
    const Disc ends[2] = {{{0, 0, 0}, axis, square}, {length * axis, -1.0 * axis, square}};
    i64 n_lost = 0;
    for (i64 walker = 0; walker < n_walkers; ++walker) {
        const int from = walker >= n_walkers / 2;
        const Draws draws{u64(walker), batch, k0, k1};
        u64 draw = 0;
        double a, b;
        draws.accepted(1, draw, a, b);
        Vec r = ends[from].centre + in_frame(ends[from].normal, a * 1.0, b * 1.0, 0.0);
        draws.accepted(1, draw, a, b);
        Vec d = in_frame(ends[from].normal, a, b, std::sqrt(1.0 - (a * a + b * b)));
        draw = 0;
        for (;;) {
            double nearest = 1e300, steepest = 1.0;
            int row = -1;
            for (int end = 0; end < 2; ++end) {
                const Disc &disc = ends[end];
                const double height = dot(r - disc.centre, disc.normal);
                const double cosine = -dot(d, disc.normal);
                if (cosine > 0.0 && height >= -4.0 * skin) {
                    const double t = std::max(height, 0.0) / cosine;
                    const Vec off = r + t * d - disc.centre;
                    if (dot(off, off) <= disc.square_radius &&
                        (nearest - t) * std::max(cosine, steepest) > skin) {
                        nearest = t;
                        steepest = cosine;
                        row = end;
                    }
                }
            }
            const double along = dot(r, axis), slope = dot(d, axis);
            const Vec u = r - along * axis, v = d - slope * axis;
            const double room = std::max(1.0 - dot(u, u), 0.0);
            const double A = dot(v, v), B = dot(u, v), root = std::sqrt(B * B + A * room);
            const double t = B > 0.0 ? room / (B + root) : A > 0.0 ? (root - B) / A : 1e300;
            const double end = along + t * slope;
            if (-skin <= end && end <= length + skin &&
                (nearest - t) * std::max(1.0, steepest) > skin) {
                nearest = t;
                row = 2;
            }
            if (row < 0) {
                ++n_lost;
                break;
            }
            ++hits[3 * from + row];
            if (row < 2) break;
            r = r + nearest * d;
            const Vec normal = -1.0 * (r - dot(r, axis) * axis);
            draws.accepted(0, draw, a, b);
            d = in_frame(normal, a, b, std::sqrt(1.0 - (a * a + b * b)));
        }
    }
    return n_lost;
}

// The same block filled n_fills times, for draws draw, draw + 1, …
void fill_words(u64 *words, u64 draw, u64 first, u64 batch, u64 purpose, u64 k0, u64 k1, i64 n,
                i64 n_fills) {
    for (i64 i = 0; i < n_fills; ++i)
        fill_block(words, draw + i, first, batch, purpose, k0, k1, n);
}

// Hoppers in a reflecting box of side `side`, spread evenly; crossings of the bond
// plane|plane+1 along x (none counted for plane 0), and the final number on each x.
void walk_box(i64 n_walkers, i64 n_steps, i64 side, i64 plane, u64 batch, u64 k0, u64 k1,
              i64 block, i64 *crossings, i64 *final_x) {
    std::vector<i64> x(block), y(block), z(block);
    std::vector<u64> words(4 * block);
    for (i64 first = 0; first < n_walkers; first += block) {
        const i64 n = std::min(block, n_walkers - first);
        for (i64 lane = 0; lane < n; ++lane) {
            i64 number = first + lane;
            x[lane] = 1 + number % side;
            number /= side;
            y[lane] = 1 + number % side;
            z[lane] = 1 + number / side % side;
        }
        i64 step = 0;
        for (u64 draw = 0; step < n_steps; ++draw) {
            fill_block(words.data(), draw, first, batch, 0, k0, k1, n);
            for (int k = 0; k < 4 && step < n_steps; ++k) {
                const i64 n_hops = std::min<i64>(3, n_steps - step);
                const u64 *word = words.data() + k * n;
                (plane > 0 ? hop_word<true> : hop_word<false>)(
                    x.data(), y.data(), z.data(), word, n, side, plane, crossings, n_hops);
                step += n_hops;
            }
        }
        for (i64 lane = 0; lane < n; ++lane) ++final_x[x[lane] - 1];
    }
}

// Walkers on sites of different kinds for n_steps hops, three to a word; their last sites.
void walk_steps(i64 n_walkers, i64 n_steps, const i64 *start, Rates *rates, u64 batch, u64 k0,
                u64 k1, i64 block, i64 *last) {
    std::vector<u64> words(4 * block);
    for (i64 first = 0; first < n_walkers; first += block) {
        const i64 n = std::min(block, n_walkers - first);
        i64 *site = last + first;
        std::copy(start + first, start + first + n, site);
        i64 step = 0;
        for (u64 draw = 0; step < n_steps; ++draw) {
            fill_block(words.data(), draw, first, batch, 0, k0, k1, n);
            for (int k = 0; k < 4 && step < n_steps; ++k, step += 3)
                hop_uncounted(site, words.data() + k * n, n, *rates);
        }
    }
}

// Walkers that hop until they are trapped, every departure counted. Lanes of trapped walkers
// go to the next ones.
void walk_trapped(i64 n_walkers, const i64 *start, const i64 *labels, Rates *rates,
                  const uint8_t *tags, i64 n_tags, i64 n_outcomes, i64 n_traps, u64 batch, u64 k0,
                  u64 k1, i64 block, i64 *absorbed, i64 *departures) {
    std::vector<i64> walker(block), site(block), label(block);
    std::vector<u64> draw(block), words(4 * block);
    i64 next = 0, n = 0;
    for (;;) {
        for (i64 lane = 0; lane < n;) {
            const i64 trap = rates->traps[rates->kinds[site[lane]]];
            if (trap < 0) {
                ++lane;
                continue;
            }
            ++absorbed[label[lane] * n_traps + trap];
            --n;
            walker[lane] = walker[n];
            draw[lane] = draw[n];
            site[lane] = site[n];
            label[lane] = label[n];
        }
        for (; n < block && next < n_walkers; ++n, ++next) {
            walker[n] = next;
            draw[n] = 0;
            site[n] = start[next];
            label[n] = labels[next];
        }
        if (n == 0) return;
        for (i64 lane = 0; lane < n; ++lane) {
            u64 a = draw[lane], b = walker[lane], c = batch, d = 0;
            philox(a, b, c, d, k0, k1);
            words[lane] = a;
            words[n + lane] = b;
            words[2 * n + lane] = c;
            words[3 * n + lane] = d;
            ++draw[lane];
        }
        for (int k = 0; k < 4; ++k)
            hop_counted(site.data(), words.data() + k * n, label.data(), n, *rates, tags, n_tags,
                        n_outcomes, departures);
    }
}

}  // extern "C"

#include "core/tokenizer/charsmap.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/error.h"
#include "core/tokenizer/limits.h"
#include "core/tokenizer/split.h"
#include "core/tokenizer/unicode.h"

namespace salient {
namespace {

constexpr std::size_t kLongestReplacement = 256;           // a character's compatibility form has at most 54 bytes
constexpr std::size_t kMostSteps = std::size_t{1} << 21U;  // eight times NFKC's
constexpr std::size_t kMostBeginnings = 32;                // SentencePiece's room for the entries that one text begins with
constexpr std::size_t kMostVisits = 2;                     // of a unit, on average: NFKC takes two for three units
constexpr std::size_t kShortCluster = 6;                   // bytes from which on a cluster is not looked up as a whole

using Units = std::vector<std::uint32_t>;

bool hasLeaf(std::uint32_t unit) noexcept { return (unit >> 8U & 1U) != 0; }

std::uint32_t labelOf(std::uint32_t unit) noexcept { return unit & 0x800000FFU; }

std::size_t valueOf(std::uint32_t unit) noexcept { return unit & 0x7FFFFFFFU; }

/// The place that a child's label is XORed with; a leaf's label is 0.
std::size_t childrenOf(std::size_t at, std::uint32_t unit) noexcept {
    return at ^ (static_cast<std::size_t>(unit >> 10U) << ((unit & (1U << 9U)) >> 6U));
}

bool isContinuation(std::uint32_t byte) noexcept { return (byte & 0xC0U) == 0x80U; }

/// Of a character in UTF-8 that begins like that.
std::size_t bytesThatFollow(std::uint32_t byte) noexcept { return byte < 0xC0 ? 0 : byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3; }

class Check {
public:
    explicit Check(std::string_view place) : place_(place) {}

    [[noreturn]] void fail(const std::string& reason) const {
        throw Error(ErrorCode::Format, "openTokenizer: " + std::string(place_) + ": " + reason);
    }

    void follow(const Units& units, std::string_view texts) const {
        std::vector<std::uint8_t> most(units.size());  // entries on a way to the unit, and one; 0: no way is known yet
        std::vector<std::size_t> open{0};
        most[0] = 1;
        for (std::size_t n_visits = 0; !open.empty(); ++n_visits) {
            if (n_visits > kMostVisits * units.size()) fail("ways that meet too often");
            const std::size_t at = open.back();
            open.pop_back();
            const std::uint32_t unit = units[at];
            const std::size_t children = childrenOf(at, unit);
            // The child for whatever byte comes next is looked at before it is known that there is one.
            if ((children | 0xFFU) >= units.size()) fail("unit " + std::to_string(at) + " leads out of the table");
            if (hasLeaf(unit)) replacement(texts, valueOf(units[children]));
            const auto n = static_cast<std::uint8_t>(most[at] + (hasLeaf(unit) ? 1 : 0));
            if (n > kMostBeginnings + 1) fail("more than 32 entries that one text begins with");
            for (std::uint32_t byte = 0; byte < 256; ++byte) {
                const std::size_t child = children ^ byte;
                if (labelOf(units[child]) != byte || most[child] >= n) continue;
                most[child] = n;
                open.push_back(child);
            }
        }
    }

private:
    void replacement(std::string_view texts, std::size_t begin) const {
        // A character's first byte, or the NUL of an empty replacement: neither has the two bits 10.
        if (begin >= texts.size() || (static_cast<unsigned char>(texts[begin]) & 0xC0U) == 0x80U) {
            fail("a replacement outside the replacements");
        }
        if (texts.find('\0', begin) - begin > kLongestReplacement) fail("a replacement too long for one character");
    }

    std::string_view place_;
};

}  // namespace

Charsmap::Charsmap(std::string_view bytes, std::string_view place) {
    const Check check(place);
    std::uint32_t n_bytes = 0;
    if (bytes.size() > tokenizer_limits::kMaxCharsmapBytes) {
        check.fail("expected a table of at most " + std::to_string(tokenizer_limits::kMaxCharsmapBytes) + " bytes, found " +
                   std::to_string(bytes.size()));
    }
    if (bytes.size() < sizeof n_bytes) check.fail("expected a table, found " + std::to_string(bytes.size()) + " bytes");
    std::memcpy(&n_bytes, bytes.data(), sizeof n_bytes);
    bytes.remove_prefix(sizeof n_bytes);
    if (n_bytes >= bytes.size() || n_bytes == 0 || n_bytes % sizeof(std::uint32_t) != 0) {
        check.fail("expected whole units and replacements, found " + std::to_string(n_bytes) + " of " + std::to_string(bytes.size()) +
                   " bytes");
    }
    units_.resize(n_bytes / sizeof(std::uint32_t));
    std::memcpy(units_.data(), bytes.data(), n_bytes);
    texts_ = bytes.substr(n_bytes);
    if (texts_.back() != '\0' || !unicode::isValid(texts_)) check.fail("expected replacements in UTF-8, each ended by a NUL");
    check.follow(units_, texts_);
}

std::optional<std::string_view> Charsmap::find(std::string_view text) const {
    std::size_t at = childrenOf(0, units_[0]);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        at ^= byte;
        const std::uint32_t unit = units_[at];
        if (byte == 0 || labelOf(unit) != byte) return std::nullopt;
        at = childrenOf(at, unit);
        if (hasLeaf(unit)) return replacementAt(at);
    }
    return std::nullopt;
}

std::string_view Charsmap::replacementAt(std::size_t leaf) const {
    const std::size_t begin = valueOf(units_[leaf]);
    return std::string_view(texts_).substr(begin, texts_.find('\0', begin) - begin);
}

bool Charsmap::forEachEntry(const std::function<void(const Entry&)>& found) const {
    struct Step {  // not the whole text: a made-up table may hold one of a million bytes
        std::size_t at = 0;
        std::array<char, 4> ending{};
        std::size_t n_missing = 0;  // bytes of the last character
        bool has_space = false;
    };
    // Ends that are alike share their units, so that one may be met on many ways, and in a made-up table without end.
    std::vector<Step> open(1);
    std::size_t n_steps = 0;
    while (!open.empty()) {
        const Step step = open.back();
        open.pop_back();
        const std::size_t children = childrenOf(step.at, units_[step.at]);
        if (hasLeaf(units_[step.at])) {
            const std::string_view ending(step.ending.data(), step.ending.size());
            found({ending.substr(std::min(ending.find_first_not_of('\0'), ending.size())), step.has_space, replacementAt(children)});
        }
        const bool is_inside = step.n_missing > 0;
        for (std::uint32_t byte = is_inside ? 0x80 : 1; byte < (is_inside ? 0xC0U : 0xF8U); ++byte) {
            const std::size_t child = children ^ byte;
            if (labelOf(units_[child]) != byte || isContinuation(byte) != is_inside) continue;
            if (++n_steps > kMostSteps) return false;
            open.push_back({child,
                            {step.ending[1], step.ending[2], step.ending[3], static_cast<char>(byte)},
                            step.n_missing > 0 ? step.n_missing - 1 : bytesThatFollow(byte),
                            step.has_space || byte == ' '});
        }
    }
    return true;
}

std::string Charsmap::apply(std::string_view text, std::size_t limit_bytes) const {
    std::string result;
    result.reserve(text.size());
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = unicode::clusterEnd(text, begin);
        const std::string_view cluster = text.substr(begin, end - begin);
        begin = end;
        const auto whole = cluster.size() < kShortCluster ? find(cluster) : std::nullopt;
        if (whole) result += *whole;
        for (std::size_t i = 0; !whole && i < cluster.size();) {
            const std::string_view character = cluster.substr(i, unicode::decodeAt(cluster, i).n_bytes);
            result += find(character).value_or(character);
            i += character.size();
        }
        if (result.size() > limit_bytes) failGrown(text.size(), limit_bytes);
    }
    return result;
}

}  // namespace salient

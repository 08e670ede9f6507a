#include "core/tokenizer/sentencepiece_check.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/tokenizer/limits.h"
#include "core/tokenizer/piece_proto.h"
#include "core/tokenizer/unicode.h"
#include "core/tokenizer/wire_format.h"

namespace salient {
namespace {

constexpr std::size_t kMostSelfTestBytes = std::size_t{1} << 20U;  // the library encodes these texts while it loads
constexpr std::size_t kMostBeginnings = 64;  // the library's room for the user-defined pieces that one text begins with

class Check {
public:
    explicit Check(std::string_view origin) : expected_(std::string(origin) + ": expected a SentencePiece model") {}

    std::optional<Charsmap> model(std::string_view bytes) const {
        std::size_t n_pieces = 0;
        std::size_t n_self_test_bytes = 0;
        std::vector<std::string_view> user_defined;
        std::optional<Charsmap> charsmap;
        std::optional<Charsmap> of_decoded_text;
        WireReader fields(bytes, place_);
        while (const std::optional<WireField> field = fields.next()) {
            if (field->kind != WireKind::Bytes) continue;
            if (field->number == piece_proto::kPieces) piece(field->bytes, n_pieces++, user_defined);
            if (field->number == piece_proto::kNormalizer) normalizer(field->bytes, charsmap);
            if (field->number == piece_proto::kDenormalizer) normalizer(field->bytes, of_decoded_text);
            if (field->number == piece_proto::kSelfTest) n_self_test_bytes += field->bytes.size();
        }
        if (n_pieces > static_cast<std::size_t>(tokenizer_limits::kMaxId)) fail("expected a vocabulary, found too many pieces");
        if (n_self_test_bytes > kMostSelfTestBytes) fail("expected at most 1 MiB of self-test data");
        beginnings(std::move(user_defined));
        return charsmap;
    }

private:
    [[noreturn]] void fail(const std::string& reason) const { throw Error(ErrorCode::Format, place_ + ": " + reason); }

    void piece(std::string_view bytes, std::size_t id, std::vector<std::string_view>& user_defined) const {
        const std::string place = "piece " + std::to_string(id) + ": ";
        std::string_view text;
        bool is_user_defined = false;
        WireReader fields(bytes, place_);
        while (const std::optional<WireField> field = fields.next()) {
            if (field->is(piece_proto::kText, WireKind::Bytes)) text = field->bytes;
            if (field->is(piece_proto::kType, WireKind::Varint) && static_cast<int>(field->value) == piece_proto::kUserDefined)
                is_user_defined = true;
            if (field->is(piece_proto::kScore, WireKind::Four) && !std::isfinite(field->asFloat()))
                fail(place + "score: expected a finite number");
        }
        if (text.empty()) fail(place + "expected a text, found none");
        if (text.size() > tokenizer_limits::kMaxAddedTokenBytes)
            fail(place + "expected a word, found " + std::to_string(text.size()) + " bytes");
        if (text.find('\0') != std::string_view::npos || !unicode::isValid(text)) fail(place + "expected UTF-8 without NUL");
        if (is_user_defined) user_defined.push_back(text);
    }

    /// Of user-defined pieces, each of which may begin others.
    void beginnings(std::vector<std::string_view> texts) const {
        std::ranges::sort(texts);
        std::vector<std::string_view> open;  // each begins the next
        for (const std::string_view text : texts) {
            while (!open.empty() && !text.starts_with(open.back())) open.pop_back();
            open.push_back(text);
            if (open.size() > kMostBeginnings) fail("expected at most 64 user-defined pieces that one text begins with");
        }
    }

    /// A later table takes the place of an earlier one.
    void normalizer(std::string_view bytes, std::optional<Charsmap>& charsmap) const {
        WireReader fields(bytes, place_);
        while (const std::optional<WireField> field = fields.next()) {
            if (!field->is(piece_proto::kCharsmap, WireKind::Bytes)) continue;
            charsmap.reset();
            if (!field->bytes.empty()) charsmap.emplace(field->bytes, expected_ + ": normalizer");
        }
    }

    std::string expected_;  // where and what, as Charsmap wants it
    std::string place_ = "openTokenizer: " + expected_;
};

}  // namespace

std::optional<Charsmap> checkSentencePieceModel(std::string_view model, std::string_view origin) { return Check(origin).model(model); }

}  // namespace salient

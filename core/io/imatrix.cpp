#include "core/io/imatrix.h"

#include <cmath>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <span>

#include "core/error.h"
#include "core/io/gguf.h"
#include "core/io/mapped_file.h"
#include "core/io/pickle.h"
#include "core/kernels/convert.h"

namespace salient {
namespace {

constexpr std::int32_t kMostNameBytes = 4096;

[[noreturn]] void failAt(const std::filesystem::path& path, const std::string& reason, ErrorCode code = ErrorCode::Format) {
    throw Error(code, "readImatrix: " + path.string() + ": " + reason);
}

/// A sum of squares over a positive count.
float meanOf(float sum, double count, const std::filesystem::path& path, const std::string& name, std::size_t channel) {
    const auto mean = static_cast<float>(static_cast<double>(sum) / count);
    if (std::isfinite(mean) && mean >= 0.0F) return mean;
    failAt(path,
           "'" + name + "': channel " + std::to_string(channel) + ": expected a finite mean of squares, found " + std::to_string(mean),
           ErrorCode::NonFinite);
}

/// Reads the old form from left to right.
class OldReader {
public:
    OldReader(const std::filesystem::path& path, std::shared_ptr<const MappedFile> file)
        : path_(path), file_(std::move(file)), rest_(file_->bytes()) {}

    Imatrix read() {
        Imatrix imatrix;
        imatrix.counts_tokens = false;
        const std::int32_t n_entries = number("number of entries");
        constexpr std::size_t kLeastBytes = 13;  // of an entry: three numbers and a letter
        if (n_entries < 1 || static_cast<std::size_t>(n_entries) > rest_.size() / kLeastBytes) {
            refusePickle(path_, file_->bytes());
            fail("expected an importance matrix of llama-imatrix, found a file whose first number, " + std::to_string(n_entries) +
                 ", is no number of entries that it could hold");
        }
        for (std::int32_t i = 0; i < n_entries; ++i) readEntry(imatrix);
        if (!rest_.empty()) imatrix.n_chunks = number("number of chunks");
        if (!rest_.empty()) imatrix.datasets.push_back(text("name of the text", 0));
        if (!rest_.empty()) fail("expected its end behind the name of the text, found " + std::to_string(rest_.size()) + " more bytes");
        if (imatrix.n_chunks < 0) fail("number of chunks: expected 0 or more, found " + std::to_string(imatrix.n_chunks));
        file_->requireIntact();
        return imatrix;
    }

private:
    [[noreturn]] void fail(const std::string& reason) const { failAt(path_, reason); }

    std::span<const std::byte> take(std::size_t n_bytes, const std::string& what) {
        if (n_bytes > rest_.size())
            fail(what + ": " + std::to_string(n_bytes) + " bytes needed, " + std::to_string(rest_.size()) + " left in file");
        const std::span<const std::byte> taken = rest_.first(n_bytes);
        rest_ = rest_.subspan(n_bytes);
        return taken;
    }

    std::int32_t number(const std::string& what) {
        std::int32_t value = 0;
        std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
        return value;
    }

    std::string text(const std::string& what, std::int32_t least) {
        const std::int32_t length = number("length of the " + what);
        if (length < least || length > kMostNameBytes) {
            fail(what + ": expected " + std::to_string(least) + " to " + std::to_string(kMostNameBytes) + " bytes, found " +
                 std::to_string(length));
        }
        const std::span<const std::byte> bytes = take(static_cast<std::size_t>(length), what);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    void readEntry(Imatrix& imatrix) {
        const std::string name = text("name of entry " + std::to_string(imatrix.entries.size()), 1);
        const std::int32_t n_chunks = number("'" + name + "': number of chunks");
        const std::int32_t n_values = number("'" + name + "': number of values");
        if (n_chunks < 1) fail("'" + name + "': expected 1 or more chunks, found " + std::to_string(n_chunks));
        if (n_values < 1) fail("'" + name + "': expected 1 or more values, found " + std::to_string(n_values));
        const std::span<const std::byte> bytes = take(static_cast<std::size_t>(n_values) * sizeof(float), "'" + name + "'");
        ImatrixEntry entry;
        entry.counts = {n_chunks};
        entry.mean_squares.resize(static_cast<std::size_t>(n_values));
        std::memcpy(entry.mean_squares.data(), bytes.data(), bytes.size());
        for (std::size_t j = 0; j < entry.mean_squares.size(); ++j) {
            entry.mean_squares[j] = meanOf(entry.mean_squares[j], n_chunks, path_, name, j);
        }
        if (!imatrix.entries.try_emplace(name, std::move(entry)).second) fail("'" + name + "': expected it once, found it twice");
    }

    const std::filesystem::path& path_;
    std::shared_ptr<const MappedFile> file_;
    std::span<const std::byte> rest_;
};

/// The GGUF form.
class GgufReader {
public:
    explicit GgufReader(const std::filesystem::path& path) : file_(GgufFile::open(path)) {}

    Imatrix read() {
        const std::string type = file_.text("general.type").value_or("model");
        if (type != "imatrix") failAt(file_.path(), "general.type: expected 'imatrix', found '" + type + "'");
        Imatrix imatrix;
        imatrix.n_chunks = count("imatrix.chunk_count");
        imatrix.chunk_tokens = count("imatrix.chunk_size");
        if (const auto* datasets = file_.texts("imatrix.datasets")) imatrix.datasets = *datasets;
        for (const auto& [name, tensor] : file_.tensors()) {
            const std::optional<std::string> weight = without(name, ".in_sum2");
            if (weight) imatrix.entries.emplace(*weight, readEntry(*weight, tensor));
            if (!weight && !belongs(name))
                failAt(file_.path(), "tensor '" + name + "': expected WEIGHT.in_sum2 with WEIGHT.counts, found another name");
        }
        if (imatrix.entries.empty()) failAt(file_.path(), "expected tensors WEIGHT.in_sum2, found none");
        return imatrix;
    }

private:
    [[nodiscard]] std::int64_t count(const std::string& key) const {
        const std::int64_t value = file_.integer(key).value_or(0);
        if (value < 0) failAt(file_.path(), key + ": expected 0 or more, found " + std::to_string(value));
        return value;
    }

    static std::optional<std::string> without(const std::string& name, std::string_view ending) {
        if (!name.ends_with(ending) || name.size() == ending.size()) return std::nullopt;
        return name.substr(0, name.size() - ending.size());
    }

    /// Counts and sums that stand beside sums of squares.
    [[nodiscard]] bool belongs(const std::string& name) const {
        for (const std::string_view ending : {".counts", ".in_sum"}) {
            const std::optional<std::string> weight = without(name, ending);
            if (weight && file_.tensors().contains(*weight + ".in_sum2")) return true;
        }
        return false;
    }

    [[nodiscard]] ImatrixEntry readEntry(const std::string& weight, const TensorView& squares) const {
        const auto counts_at = file_.tensors().find(weight + ".counts");
        if (counts_at == file_.tensors().end())
            failAt(file_.path(), "'" + weight + "': expected a tensor '" + weight + ".counts', found none");
        const std::vector<float> counts = floats(counts_at->second);
        ImatrixEntry entry;
        entry.mean_squares = floats(squares);
        if (counts.empty() || entry.mean_squares.size() % counts.size() != 0) {
            failAt(file_.path(), "'" + weight + "': expected sums for each of its " + std::to_string(counts.size()) + " matrices, found " +
                                     std::to_string(entry.mean_squares.size()));
        }
        for (const float tokens : counts) {
            constexpr float kMost = 0x1p40F;  // beyond any text; those of all experts of a block can be added up
            if (!(tokens >= 0.0F && tokens < kMost)) {
                failAt(file_.path(), "'" + weight + ".counts': expected numbers of tokens, found " + std::to_string(tokens));
            }
            entry.counts.push_back(std::llround(tokens));
        }
        const std::size_t n_channels = entry.mean_squares.size() / counts.size();
        for (std::size_t j = 0; j < entry.mean_squares.size(); ++j) {
            const std::int64_t tokens = entry.counts[j / n_channels];
            float& mean = entry.mean_squares[j];
            mean = tokens > 0 ? meanOf(mean, static_cast<double>(tokens), file_.path(), weight, j % n_channels) : 0.0F;
        }
        return entry;
    }

    [[nodiscard]] std::vector<float> floats(const TensorView& tensor) const {
        if (tensor.dtype != DType::F32 || tensor.form) {
            failAt(file_.path(), "tensor '" + tensor.name + "': expected elements F32, found " + std::string(tensor.storedName()));
        }
        return toFloats(tensor);
    }

    GgufFile file_;
};

}  // namespace

Imatrix Imatrix::open(const std::filesystem::path& path) {
    if (isGguf(path)) return GgufReader(path).read();
    return OldReader(path, MappedFile::open(path)).read();
}

}  // namespace salient

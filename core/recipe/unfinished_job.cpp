#include "core/recipe/unfinished_job.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "core/exporter/checksum.h"
#include "core/io/file_descriptor.h"
#include "core/io/json_object.h"
#include "core/io/lock_place.h"
#include "core/io/publish_directory.h"
#include "core/io/safetensors.h"
#include "core/recipe/job_identity.h"
#include "core/recipe/saved_numbers.h"

namespace salient {

namespace {

namespace fs = std::filesystem;

constexpr const char* kRecord = "job.json";
constexpr const char* kHidden = "hidden";
constexpr std::string_view kHiddenFile = "hidden-";
constexpr std::string_view kHiddenEnd = ".safetensors";

std::string hiddenName(int block) { return std::string(kHiddenFile).append(std::to_string(block)).append(kHiddenEnd); }

/// "hidden-12.safetensors".
bool isHiddenName(std::string_view name) noexcept {
    if (!name.starts_with(kHiddenFile) || !name.ends_with(kHiddenEnd) || name.size() <= kHiddenFile.size() + kHiddenEnd.size())
        return false;
    const std::string_view block = name.substr(kHiddenFile.size(), name.size() - kHiddenFile.size() - kHiddenEnd.size());
    return std::ranges::all_of(block, [](char c) { return c >= '0' && c <= '9'; });
}

/// What this file makes beside the checkpoint, finished or not (".hidden-3.safetensors.partial-…" of a process that died while it wrote).
bool isStateName(std::string_view name) noexcept {
    const std::size_t end = name.find(".partial-");
    if (name.starts_with('.') && end != std::string_view::npos && end > 0) name = name.substr(1, end - 1);
    return name == kRecord || isHiddenName(name);
}

constexpr OwnNames kOwnNames{.state = isStateName, .content = isWeightsFile};

std::span<const std::byte> bytesOf(const Matrix& values) {
    return std::as_bytes(std::span(values.data(), static_cast<std::size_t>(values.size())));
}

/// No model has so many; a thousand such jobs can still be counted together.
constexpr int kMostBlocks = 1'000'000;

int blocksAt(const Json& record, const char* key, const fs::path& place) {
    return static_cast<int>(integerFrom(record.at(key), 0, kMostBlocks, "resume: " + (place / kRecord).string() + ": " + key));
}

[[noreturn]] void refuseToBegin(const fs::path& target, const UnfinishedSummary& found) {
    throw Error(ErrorCode::InvalidOption,
                "export: " + withoutTrailingSlash(target).string() + ": found an unfinished job in " + inWords(found));
}

}  // namespace

std::optional<UnfinishedSummary> findUnfinished(const fs::path& target) {
    UnfinishedSummary found;
    found.place = ResumableDirectory::placeFor(target);
    std::error_code ignored;
    if (!fs::exists(found.place / kRecord, ignored)) return std::nullopt;
    const Json record = readJson(found.place / kRecord, kMostListBytes);
    try {
        found.n_blocks_done = blocksAt(record, "n_blocks_done", found.place);
        found.n_blocks = blocksAt(record, "n_blocks", found.place);
    } catch (const Json::exception& error) {
        throw Error(ErrorCode::Format,
                    "resume: " + (found.place / kRecord).string() + ": expected the record of a job, found " + error.what());
    }
    // A process that died between renaming what it wrote to its target and clearing up leaves the record of blocks that are not here.
    const fs::path content = ResumableDirectory::contentFor(target);
    if (found.n_blocks_done < 1 || !fs::exists(content, ignored) || fs::is_empty(content, ignored)) return std::nullopt;
    return found;
}

std::string inWords(const UnfinishedSummary& unfinished) {
    return unfinished.place.string() + ", " + std::to_string(unfinished.n_blocks_done) + " of " + std::to_string(unfinished.n_blocks) +
           " blocks done: go on with it (--resume), or remove that directory to begin anew";
}

std::optional<UnfinishedSummary> findUnfinishedAtRest(const fs::path& target) {
    const fs::path place = ResumableDirectory::placeFor(target);
    std::error_code ignored;
    if (!fs::exists(place / kRecord, ignored)) return std::nullopt;
    // What a job at work has finished is neither to be gone on with nor to be removed: first the lock, then the look.
    const FileDescriptor lock = lockPlace(place, withoutTrailingSlash(target));
    if (auto found = findUnfinished(target)) return found;
    // Of a job that ended just now, or died while it cleared up.
    fs::remove(place / kLockFile, ignored);
    fs::remove(place, ignored);
    return std::nullopt;
}

void refuseUnfinished(const fs::path& target) {
    if (const auto found = findUnfinishedAtRest(target)) refuseToBegin(target, *found);
}

void removeUnfinishedRest(const fs::path& target) noexcept { ResumableDirectory::removeLeftOver(target, kOwnNames); }

UnfinishedJob::UnfinishedJob(const fs::path& target, Json identity, int n_blocks, bool resume)
    : directory_(target, kOwnNames), identity_(std::move(identity)), n_blocks_(n_blocks) {
    // Whatever is refused below, what is there stays.
    const fs::path place = directory_.place();
    std::error_code ignored;
    if (!fs::exists(place / kRecord, ignored)) {
        directory_.clear();
        return;
    }
    directory_.keep(true);
    const std::string advice = "; remove that directory to begin anew";
    try {
        const std::optional<UnfinishedSummary> found = findUnfinished(target);
        if (!found) {
            directory_.clear();
            directory_.keep(false);
            return;
        }
        if (!resume) refuseToBegin(target, *found);
        const Json record = readJson(place / kRecord, kMostListBytes);
        if (const std::string differs = difference(record.at("identity"), identity_); !differs.empty()) {
            throw Error(ErrorCode::InvalidOption,
                        "resume: " + place.string() + ": expected the job that was begun there, found another (" + differs + ")" + advice);
        }
        hidden_checksum_ = record.at("hidden").get<std::string>();
        seq_len_ =
            integerFrom(record.at("seq_len"), 1, std::numeric_limits<int>::max(), "resume: " + (place / kRecord).string() + ": seq_len");
        written_ = record.at("written");
        for (const Json& layer : record.at("layers")) {
            JsonObject object(layer, "layers[" + std::to_string(layers_.size()) + "]", "resume: " + (place / kRecord).string());
            layers_.push_back(readLayerReport(object));
            object.finish();
        }
        n_blocks_done_ = found->n_blocks_done;
        if (found->n_blocks != n_blocks_ || n_blocks_done_ > n_blocks_) {
            throw Error(ErrorCode::Format, "resume: " + place.string() + ": expected a job of " + std::to_string(n_blocks_) +
                                               " blocks, found " + std::to_string(n_blocks_done_) + " of " +
                                               std::to_string(found->n_blocks) + advice);
        }
        removeStale();
    } catch (const Json::exception& error) {
        throw Error(ErrorCode::Format,
                    "resume: " + (place / kRecord).string() + ": expected the record of a job, found " + error.what() + advice);
    }
}

fs::path UnfinishedJob::hiddenFile(int block) const { return directory_.place() / hiddenName(block); }

void UnfinishedJob::removeStale() const {
    std::vector<fs::path> stale;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory_.place())) {
        // Of a process that died while it wrote, or those of a block before.
        const std::string name = entry.path().filename().string();
        if (isStateName(name) && name != kRecord && entry.path() != hiddenFile(n_blocks_done_)) stale.push_back(entry.path());
    }
    std::error_code ignored;
    for (const fs::path& path : stale) fs::remove(path, ignored);
}

HiddenStates UnfinishedJob::hidden() const {
    const fs::path path = hiddenFile(n_blocks_done_);
    const SafetensorsFile file = SafetensorsFile::open(path);
    const TensorView& stored = file.tensor(kHidden);
    HiddenStates hidden;
    hidden.seq_len = seq_len_;
    if (stored.dtype == DType::F32 && stored.shape.size() == 2) {
        hidden.values.resize(stored.shape[0], stored.shape[1]);
        std::copy_n(stored.bytes.data(), stored.bytes.size(),
                    std::as_writable_bytes(std::span(hidden.values.data(), static_cast<std::size_t>(hidden.values.size()))).data());
    }
    if (checksumText(checksum(hidden.values)) != hidden_checksum_) {
        throw Error(ErrorCode::Format, "resume: " + path.string() + ": expected hidden states of checksum " + hidden_checksum_ +
                                           ", found others; remove " + directory_.place().string() + " to begin anew");
    }
    return hidden;
}

void UnfinishedJob::blockDone(const HiddenStates& hidden, Json written, const std::vector<LayerReport>& layers) {
    const int done = n_blocks_done_ + 1;
    // The last block's are not needed: nothing is left to run.
    hidden_checksum_.clear();
    if (done < n_blocks_) {
        SafetensorsWriter file(hiddenFile(done), {{kHidden, DType::F32, {hidden.values.rows(), hidden.values.cols()}}});
        file.write(kHidden, bytesOf(hidden.values));
        file.finish();
        hidden_checksum_ = checksumText(checksum(hidden.values));
    }
    seq_len_ = hidden.seq_len;
    written_ = std::move(written);
    layers_ = layers;
    Json record = Json::object();
    record["identity"] = identity_;
    record["n_blocks"] = n_blocks_;
    record["n_blocks_done"] = done;
    record["hidden"] = hidden_checksum_;
    record["seq_len"] = seq_len_;
    record["written"] = written_;
    record["layers"] = Json::array();
    for (const LayerReport& layer : layers_) record["layers"].push_back(savedLayerReport(layer));
    FileDescriptor::openForSync(directory_.path()).sync();
    writeJson(directory_.place() / kRecord, record);
    FileDescriptor::openForSync(directory_.place()).sync();
    FileDescriptor::openForSync(directory_.place().parent_path()).sync();
    std::error_code ignored;
    fs::remove(hiddenFile(n_blocks_done_), ignored);
    n_blocks_done_ = done;
    directory_.keep(true);
}

}  // namespace salient

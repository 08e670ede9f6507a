#include "core/recipe/kept_blocks.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/io/file_descriptor.h"
#include "core/io/json_object.h"

namespace salient {

namespace {

namespace fs = std::filesystem;

const std::string kRecord = "job.json";
const std::string kBlock = "block-";
const std::string kExtension = ".safetensors";

fs::path blockFile(const fs::path& folder, int block) { return folder / (kBlock + std::to_string(block) + kExtension); }

int countBlocks(const fs::path& folder, int n_blocks) {
    std::error_code ignored;
    int count = 0;
    while (count < n_blocks && fs::is_regular_file(fs::symlink_status(blockFile(folder, count), ignored))) ++count;
    return count;
}

/// What this file makes, finished or not: nothing else is ever removed.
bool isOurs(const std::string& name) {
    const bool is_hidden = name.starts_with("." + kRecord) || name.starts_with("." + kBlock);
    const bool is_partial = is_hidden && name.find(".partial-") != std::string::npos;
    return name == kRecord || is_partial || (name.starts_with(kBlock) && name.ends_with(kExtension));
}

std::optional<KeptJob> readRecord(const fs::path& folder) {
    std::error_code ignored;
    if (!fs::is_regular_file(fs::symlink_status(folder / kRecord, ignored))) return std::nullopt;
    try {
        const Json document = readJson(folder / kRecord);
        JsonObject object(document, "", "kept job: " + (folder / kRecord).string());
        KeptJob job;
        object.read("title", job.title);
        object.read("n_blocks", job.n_blocks);
        if (const Json* identity = object.find("identity")) job.identity = *identity;
        object.finish();
        return job;
    } catch (const Error&) {
        return std::nullopt;  // whatever it is, there is nothing to go on with
    }
}

}  // namespace

KeptBlocks::KeptBlocks(fs::path folder, const KeptJob& job) : folder_(std::move(folder)), n_blocks_(job.n_blocks) {
    const std::optional<KeptJob> there = readRecord(folder_);
    if (there && there->identity == job.identity && there->n_blocks == job.n_blocks) {
        n_there_ = countBlocks(folder_, n_blocks_);
        return;
    }
    removeKept(folder_);
    try {
        std::error_code error;
        fs::create_directories(folder_, error);
        if (error) throwSystemError("keep blocks", folder_, error.value());
        writeJson(folder_ / kRecord, {{"title", job.title}, {"n_blocks", job.n_blocks}, {"identity", job.identity}});
    } catch (const Error& error) {
        failure_ = error.what();
        is_keeping_ = false;
    }
}

fs::path KeptBlocks::file(int block) const { return blockFile(folder_, block); }

int KeptBlocks::readAll(const Read& read, JobContext& job) {
    for (int block = 0; block < n_there_; ++block) {
        job.checkpoint({"opening finished blocks", block, n_there_});
        try {
            read(file(block));
        } catch (const Error& error) {
            failure_ = error.what();
            std::error_code ignored;
            for (int bad = block; bad < n_there_; ++bad) fs::remove(file(bad), ignored);
            n_there_ = block;
        }
    }
    return n_there_;
}

void KeptBlocks::add(const Write& write, JobContext& job) {
    if (!is_keeping_) return;
    JobContext silent(job.stopToken());
    try {
        write(file(n_there_), silent);
        ++n_there_;
    } catch (const Error& error) {
        failure_ = error.what();
        is_keeping_ = false;
    }
}

std::optional<KeptSummary> findKept(const fs::path& folder) {
    const std::optional<KeptJob> job = readRecord(folder);
    if (!job) return std::nullopt;
    const int done = countBlocks(folder, job->n_blocks);
    if (done == 0) return std::nullopt;
    return KeptSummary{job->title, done, job->n_blocks};
}

bool isKeptFolder(const fs::path& folder) noexcept {
    try {
        if (!fs::is_directory(fs::symlink_status(folder))) return false;
        return std::all_of(fs::directory_iterator(folder), fs::directory_iterator(), [](const fs::directory_entry& entry) {
            return entry.symlink_status().type() == fs::file_type::regular && isOurs(entry.path().filename().string());
        });
    } catch (const std::exception&) {
        return false;
    }
}

void removeKept(const fs::path& folder) noexcept {
    try {
        std::error_code ignored;
        if (!fs::is_directory(fs::symlink_status(folder, ignored))) return;
        std::vector<fs::path> ours;
        for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
            if (isOurs(entry.path().filename().string())) ours.push_back(entry.path());
        }
        // The record first: blocks without one are nobody's.
        std::ranges::sort(ours, [](const fs::path& a, const fs::path& b) { return (a.filename() == kRecord) > (b.filename() == kRecord); });
        for (const fs::path& path : ours) fs::remove(path, ignored);
        fs::remove(folder, ignored);
    } catch (const std::exception&) {  // out of memory while listing: it stays, and the next job replaces it
    }
}

}  // namespace salient

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/file_descriptor.h"

namespace salient {

/// What the user of a ResumableDirectory calls the files that it makes there. Null: it makes none. Everything of another name is somebody
/// else's.
struct OwnNames {
    bool (*state)(std::string_view name) = nullptr;    ///< beside the content: what is kept to go on by
    bool (*content)(std::string_view name) = nullptr;  ///< in it, of what is there before the first state
};

/// Like OutputDirectory, a directory that appears only when it is complete; but what was finished of it can outlive the process, so that
/// the next start of the same job goes on there. Beside the target `out` stands `.out.unfinished`, which holds
///   checkpoint/    what becomes `out`
///   .salient-lock  held (flock) by the process that works here; the system takes it back when that process dies, however it dies
/// and whatever its user keeps there to go on by. Nothing of that is ever inside `out`. Files of others that lie beside checkpoint/
/// are never removed; checkpoint/ is the job's alone, and is begun only where it is empty.
class ResumableDirectory {
public:
    /// Opens what an earlier process left, or begins. Throws Error{InvalidOption} when the target exists and is not empty or when another
    /// process works on it, Error{Io} when the parent cannot be written.
    explicit ResumableDirectory(const std::filesystem::path& target, OwnNames ours = {});
    /// Removes the content, and what its user made beside it, unless it was committed or is to be kept.
    ~ResumableDirectory();
    ResumableDirectory(const ResumableDirectory&) = delete;
    ResumableDirectory& operator=(const ResumableDirectory&) = delete;

    /// Where an unfinished job for that target is, or would be.
    [[nodiscard]] static std::filesystem::path placeFor(const std::filesystem::path& target);
    /// Where the part of it is that is written so far.
    [[nodiscard]] static std::filesystem::path contentFor(const std::filesystem::path& target);
    /// Removes what an earlier process left for that target and nothing else: files of those names, and the directories when they are empty
    /// then. For who knows that no other process works there.
    static void removeLeftOver(const std::filesystem::path& target, OwnNames ours) noexcept;

    /// Where to write now.
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return content_; }
    /// Where to keep what is needed to go on.
    [[nodiscard]] const std::filesystem::path& place() const noexcept { return place_; }
    [[nodiscard]] const std::filesystem::path& target() const noexcept { return target_; }
    /// Whether the destructor leaves what is there for a later process. At first it does not.
    void keep(bool is_kept) noexcept { is_kept_ = is_kept; }
    /// Removes what an earlier process left. Throws Error{InvalidOption} naming files of others, and Error{Io}: what is there stays then,
    /// whatever keep() said.
    void clear();
    /// Removes what lies in path(), but for those names. Throws Error{Io}.
    void removeAllBut(const std::vector<std::string>& names);
    /// Flushes, renames to the target and removes the rest. Throws Error{Io}.
    void commit();

private:
    void removeContents(bool with_content) noexcept;

    std::filesystem::path target_;
    std::filesystem::path place_;
    std::filesystem::path content_;
    OwnNames ours_;
    FileDescriptor lock_;
    bool is_kept_ = false;
    bool committed_ = false;
};

}  // namespace salient

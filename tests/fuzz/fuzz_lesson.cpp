// A lesson: whatever is accepted has steps, and the right answers to its questions are right.
#include "tests/fuzz/fuzz_testing.h"
#include "widgets/lesson.h"

using namespace salient;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    refusesOrReads([&] {
        const QByteArray text(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
        const Lesson lesson = readLesson(text, QStringLiteral("lesson.md"));
        if (lesson.steps.empty()) std::abort();
        for (const LessonStep& step : lesson.steps) {
            if (!step.question) continue;
            const LessonQuestion& question = *step.question;
            const QString answer = question.number ? QString::number(*question.number, 'g', 17) : QString::number(question.right);
            if (judge(question, answer) != Verdict::Right) std::abort();
        }
    });
    return 0;
}

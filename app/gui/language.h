#pragma once

#include <QLocale>
#include <QString>

namespace salient {

/// The language of the window. Results, recipes, reports and what the engine says in an error are English in all of them.
enum class LanguageChoice { System, English, German };

/// The locale of the window for a choice: the desktop's own where it speaks the language (a Swiss desktop keeps its decimal point), else
/// the language's most common one. System takes the first of the desktop's languages that there is a translation to, English without one.
[[nodiscard]] QLocale windowLocale(LanguageChoice choice, const QLocale& desktop);

/// Loads the translations and makes the locale the default, in which numbers are written. Before the first widget: what is built already
/// keeps its texts. A second call replaces the first.
void applyLanguage(const QLocale& locale);

/// "en" or "de": which lessons and help pages there are to be shown; "en" before applyLanguage().
[[nodiscard]] QString windowLanguage();

}  // namespace salient

#include "app/gui/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QTranslator>
#include <array>

namespace salient {

namespace {

constexpr std::array kLanguages{QLocale::English, QLocale::German};

/// What is installed now. The application asks our own first.
struct Catalogues {
    QTranslator qt;
    QTranslator own;
    QString language = QStringLiteral("en");
};

Catalogues& catalogues() {
    static Catalogues installed;
    return installed;
}

QLocale localeOf(QLocale::Language language, const QLocale& desktop) {
    if (desktop.language() == language) return desktop;
    return language == QLocale::German ? QLocale(QLocale::German, QLocale::Germany) : QLocale(QLocale::English, QLocale::UnitedStates);
}

}  // namespace

QLocale windowLocale(LanguageChoice choice, const QLocale& desktop) {
    if (choice == LanguageChoice::German) return localeOf(QLocale::German, desktop);
    if (choice == LanguageChoice::System) {
        for (const QString& wish : desktop.uiLanguages()) {
            for (const QLocale::Language language : kLanguages) {
                if (QLocale(wish).language() == language) return localeOf(language, desktop);
            }
        }
    }
    return localeOf(QLocale::English, desktop);
}

void applyLanguage(const QLocale& locale) {
    QLocale numbers = locale;
    // Without separators, so that "1.500" in a field is never taken for fifteen hundred where people write a comma.
    numbers.setNumberOptions(QLocale::OmitGroupSeparator | QLocale::RejectGroupSeparator);
    QLocale::setDefault(numbers);
    Catalogues& installed = catalogues();
    QCoreApplication::removeTranslator(&installed.own);
    QCoreApplication::removeTranslator(&installed.qt);
    installed.language = locale.language() == QLocale::German ? QStringLiteral("de") : QStringLiteral("en");
    // Of Qt itself: the standard buttons and dialogs. Where it is not installed they stay English.
    if (installed.qt.load(QStringLiteral("qtbase_") + installed.language, QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(&installed.qt);
    // English has a catalogue, too: of its plurals.
    if (installed.own.load(QStringLiteral(":/translations/salient_%1.qm").arg(installed.language)))
        QCoreApplication::installTranslator(&installed.own);
}

QString windowLanguage() { return catalogues().language; }

}  // namespace salient

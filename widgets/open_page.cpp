#include "widgets/open_page.h"

#include <QAction>
#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/flow_row.h"
#include "widgets/note_list.h"
#include "widgets/number_text.h"
#include "widgets/plain_text.h"

namespace salient {

namespace {

constexpr int kColumnSpacing = 32;
constexpr int kRecentStretch = 100;

QLabel* heading(const QString& text, QWidget* parent) {
    auto* label = plainLabel(parent, text);
    QFont font = label->font();
    font.setBold(true);
    label->setFont(font);
    return label;
}

}  // namespace

OpenPage::OpenPage(QWidget* parent)
    : QWidget(parent),
      demo_(new QPushButton(tr("Open the demo model"), this)),
      recent_(new QListWidget(this)),
      recent_box_(new QWidget(this)),
      sessions_(new QListWidget(this)),
      sessions_box_(new QWidget(this)),
      facts_box_(new QWidget(this)),
      facts_title_(heading({}, facts_box_)),
      facts_(new QLabel(facts_box_)),
      examine_(new QPushButton(tr("Examine the files"), facts_box_)),
      verdict_(plainLabel(facts_box_)),
      findings_(makeNotes(facts_box_, tr("Findings about the files"))),
      next_(new QPushButton(tr("Next: calibrate"), facts_box_)),
      anew_(new QPushButton(tr("Start anew"), facts_box_)) {
    demo_->setToolTip(tr("A small language model that comes with Salient, with planted outlier channels and its own texts"));
    auto* browse = new QPushButton(tr("Open a model folder…"), this);
    browse->setToolTip(tr("A Hugging Face directory: config.json, *.safetensors and a tokenizer"));
    auto* recipe = new QPushButton(tr("Open a recipe…"), this);
    recipe->setToolTip(tr("A saved job: model, calibration and methods in one JSON file"));
    auto* lessons = new QPushButton(tr("Lessons"), this);
    lessons->setToolTip(tr("Small worked examples of each method; no model is needed"));
    auto* drop_hint = new QLabel(tr("… or drop it on this window: a model, a session, a recipe, lessons or texts."), this);
    drop_hint->setWordWrap(true);

    recent_->setAccessibleName(tr("Recent models"));
    recent_->setUniformItemSizes(true);
    recent_->setTextElideMode(Qt::ElideMiddle);
    auto* recent_layout = new QVBoxLayout(recent_box_);
    recent_layout->setContentsMargins(0, 8, 0, 0);
    recent_layout->addWidget(heading(tr("Recent"), recent_box_));
    recent_layout->addWidget(recent_, 1);

    sessions_->setAccessibleName(tr("Recent sessions"));
    sessions_->setToolTip(tr("Recipe, results and place of an earlier sitting. Return opens, Delete removes it."));
    sessions_->setUniformItemSizes(true);
    sessions_->setTextElideMode(Qt::ElideMiddle);
    auto* sessions_layout = new QVBoxLayout(sessions_box_);
    sessions_layout->setContentsMargins(0, 8, 0, 0);
    sessions_layout->addWidget(heading(tr("Sessions"), sessions_box_));
    sessions_layout->addWidget(sessions_, 1);
    auto* remove = new QAction(tr("Remove this session"), sessions_);
    remove->setShortcut(QKeySequence::Delete);
    remove->setShortcutContext(Qt::WidgetShortcut);
    sessions_->addAction(remove);
    sessions_->setContextMenuPolicy(Qt::ActionsContextMenu);

    auto* left = new QVBoxLayout;
    left->setSpacing(8);
    left->addWidget(heading(tr("Start with"), this));
    left->addWidget(demo_);
    left->addWidget(browse);
    left->addWidget(recipe);
    left->addWidget(lessons);
    left->addWidget(drop_hint);
    left->addWidget(sessions_box_, kRecentStretch);
    left->addWidget(recent_box_, kRecentStretch);
    left->addStretch(1);  // keeps the buttons together while there is nothing recent

    facts_->setTextFormat(Qt::RichText);
    facts_->setWordWrap(true);  // a folder's path may be long
    facts_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    facts_->setAccessibleName(tr("Facts about the open model"));
    next_->setDefault(true);
    auto* facts_layout = new QVBoxLayout(facts_box_);
    facts_layout->setContentsMargins(0, 0, 0, 0);
    facts_layout->setSpacing(8);
    facts_layout->addWidget(facts_title_);
    facts_layout->addWidget(facts_);
    facts_layout->addSpacing(8);
    auto* buttons = new FlowRow(facts_box_);
    for (QPushButton* button : {next_, anew_, examine_}) buttons->add({button});
    facts_layout->addWidget(buttons);
    examine_->setToolTip(
        tr("Reads every layer and says what loaders would refuse or compute wrongly: zero points, groups, scales, names, config"));
    verdict_->setAccessibleName(tr("Result of the examination"));
    verdict_->setWordWrap(true);
    facts_layout->addWidget(verdict_);
    facts_layout->addWidget(findings_);
    anew_->setToolTip(tr("Opens the model without the results of earlier sittings; those stay under Sessions"));
    facts_layout->addStretch();

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kColumnSpacing);
    layout->addLayout(left, 2);
    layout->addWidget(facts_box_, 3);

    connect(demo_, &QPushButton::clicked, this, &OpenPage::demoRequested);
    connect(browse, &QPushButton::clicked, this, &OpenPage::browseRequested);
    connect(recipe, &QPushButton::clicked, this, &OpenPage::recipeRequested);
    connect(lessons, &QPushButton::clicked, this, &OpenPage::lessonsRequested);
    connect(next_, &QPushButton::clicked, this, &OpenPage::nextRequested);
    connect(examine_, &QPushButton::clicked, this, &OpenPage::examinationRequested);
    connect(recent_, &QListWidget::itemActivated, this,
            [this](const QListWidgetItem* item) { emit openRequested(item->data(Qt::UserRole).toString()); });
    connect(anew_, &QPushButton::clicked, this, &OpenPage::startAnewRequested);
    connect(sessions_, &QListWidget::itemActivated, this,
            [this](const QListWidgetItem* item) { emit sessionRequested(item->data(Qt::UserRole).toString()); });
    connect(remove, &QAction::triggered, this, [this] {
        if (const QListWidgetItem* item = sessions_->currentItem()) emit sessionRemovalRequested(item->data(Qt::UserRole).toString());
    });
    setSessions({});
    setRecent({});
    setModel(nullptr);
}

void OpenPage::setRecent(const QStringList& paths) {
    recent_->clear();
    for (const QString& path : paths) {
        auto* item = new QListWidgetItem(QDir::toNativeSeparators(path), recent_);
        item->setData(Qt::UserRole, path);
        item->setToolTip(plainTip(path));
        if (!QFileInfo::exists(path)) item->setFlags(item->flags() & ~Qt::ItemIsEnabled);
    }
    recent_box_->setVisible(!paths.isEmpty());
}

void OpenPage::setSessions(const std::vector<RecentSession>& sessions) {
    const QListWidgetItem* current = sessions_->currentItem();
    const QString current_folder = current != nullptr ? current->data(Qt::UserRole).toString() : QString();
    sessions_->clear();
    for (const RecentSession& session : sessions) {
        const QString time = QLocale().toString(session.saved, QLocale::ShortFormat);
        const QString found = session.n_results > 0   ? tr("%n result(s)", nullptr, session.n_results)
                              : session.is_calibrated ? tr("calibrated")
                                                      : tr("no results yet");
        auto* item = new QListWidgetItem(tr("%1 — %2, %3").arg(modelTitle(session.model.toStdString()), found, time), sessions_);
        item->setData(Qt::UserRole, session.folder);
        item->setToolTip(plainTip(session.folder));
        if (session.folder == current_folder) sessions_->setCurrentItem(item);  // the list is made anew whenever something was saved
        if (!QFileInfo::exists(session.model)) item->setFlags(item->flags() & ~Qt::ItemIsEnabled);
    }
    sessions_box_->setVisible(!sessions.empty());
}

void OpenPage::setStartAnewOffered(bool is_offered) {
    is_anew_offered_ = is_offered;
    anew_->setVisible(is_offered && next_->isVisibleTo(facts_box_));
}

void OpenPage::setDemoAvailable(bool available) { demo_->setEnabled(available); }

void OpenPage::setModel(const std::shared_ptr<const Model>& model) {
    next_->setVisible(model != nullptr);
    anew_->setVisible(model != nullptr && is_anew_offered_);
    examine_->setVisible(model != nullptr && model->packed != nullptr);
    verdict_->hide();
    findings_->hide();
    if (!model) {
        facts_title_->setText(tr("Nothing is open"));
        facts_->setText(tr("Open a model to see what it is made of."));
        return;
    }
    facts_title_->setText(modelTitle(model->directory));
    QString rows;
    for (const auto& [name, value] : modelFacts(*model)) {
        rows += QStringLiteral("<tr><td style='padding: 3px 24px 3px 0'>%1</td><td style='padding: 3px 0'>%2</td></tr>")
                    .arg(name.toHtmlEscaped(), value.toHtmlEscaped());
    }
    facts_->setText(QStringLiteral("<table cellspacing='0'>%1</table>").arg(rows));
}

QString modelTitle(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder.has_filename() ? folder : folder.parent_path();
    const std::string name = path.filename().string();
    // A folder that is just called "model" says nothing without the one it lies in.
    return QString::fromStdString(name == "model" ? path.parent_path().filename().string() + "/" + name : name);
}

void OpenPage::setExamination(const VerifyReport& report) {
    const QString sound = tr("%n quantized layer(s) read: nothing that would make a loader fail or compute wrong numbers.", nullptr,
                             static_cast<int>(report.n_layers));
    verdict_->setText(report.passed() ? sound : tr("A loader would fail or compute wrong numbers:"));
    verdict_->show();
    setFindings(findings_, report);
    findings_->setVisible(findings_->count() > 0);
}

std::vector<std::pair<QString, QString>> modelFacts(const Model& model) {
    const ModelConfig& config = model.config;
    std::vector<std::pair<QString, QString>> facts;
    const auto add = [&facts](const QString& name, const QString& value) { facts.emplace_back(name, value); };
    add(OpenPage::tr("Folder"), QString::fromStdString(model.directory.string()));
    add(OpenPage::tr("Family"),
        QString::fromStdString(config.family->architectures.empty() ? config.family->model_type : config.family->architectures.front()));
    add(OpenPage::tr("Parameters"), countText(model.parameterCount()));
    const auto n_files = static_cast<int>(model.checkpoint->files().size());
    const QString stored =
        OpenPage::tr("%1 in %2").arg(bytesText(model.checkpoint->sizeBytes()), QString::fromStdString(config.stored_dtype));
    add(OpenPage::tr("Stored"), OpenPage::tr("%1, %n file(s)", nullptr, n_files).arg(stored));
    // One line for each kind of layer, under the name of the first.
    const QStringList kinds = QString::fromStdString(model.quantization()).split(QStringLiteral("; "), Qt::SkipEmptyParts);
    for (qsizetype i = 0; i < kinds.size(); ++i) add(i == 0 ? OpenPage::tr("Quantized") : QString(), kinds[i]);
    add(OpenPage::tr("Blocks"), QString::number(config.n_blocks));
    add(OpenPage::tr("Linear layers"), QString::number(model.linears.size()));
    add(OpenPage::tr("Hidden size"), countText(config.hidden_size));
    add(OpenPage::tr("MLP size"), countText(config.intermediate_size));
    add(OpenPage::tr("Attention"),
        config.n_kv_heads == config.n_heads
            ? OpenPage::tr("%n head(s) of size %1", nullptr, static_cast<int>(config.n_heads)).arg(config.head_dim)
            : OpenPage::tr("%1 query heads, %n key/value head(s), of size %2", nullptr, static_cast<int>(config.n_kv_heads))
                  .arg(config.n_heads)
                  .arg(config.head_dim));
    add(OpenPage::tr("Context"), OpenPage::tr("%1 tokens").arg(countText(config.max_positions)));
    add(OpenPage::tr("Vocabulary"), (config.tie_word_embeddings ? OpenPage::tr("%1 tokens, tied embeddings") : OpenPage::tr("%1 tokens"))
                                        .arg(countText(config.vocabulary_size)));
    return facts;
}

}  // namespace salient

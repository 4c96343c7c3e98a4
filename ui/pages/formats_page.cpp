#include "pages/formats_page.h"

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include "formats/bit_editor.h"
#include "formats/bit_legend.h"
#include "formats/custom_format.h"
#include "formats/format_table.h"
#include "formats/formats_session.h"
#include "formats/limits_model.h"
#include "formats/limits_table.h"
#include "formats/stagnation_line.h"
#include "formats/value_bar.h"
#include "formats/values_panel.h"
#include "number_text.h"
#include "session/session.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/elided_label.h"
#include "widgets/panel_board.h"
#include "widgets/segmented_control.h"

namespace mantissa::ui {
namespace {

constexpr int kEditorColumn = 460, kLimitsColumnLeast = 387, kLimitsColumn = 424;  // px

}  // namespace

FormatsPage::FormatsPage(Session& session, QWidget* parent)
    : Page(session, parent),
      formats_(new FormatsSession(session, this)),
      valueBar_(new ValueBar(*formats_, this)),
      board_(new PanelBoard(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kCardGap);
    layout->addWidget(valueBar_);
    makeTableCard();
    layout->addWidget(tableCard_);
    makePanels();
    layout->addWidget(board_, 1);
    board_->arrange(WidthClass::wide);
    connect(formats_, &FormatsSession::changed, this, &FormatsPage::follow);
    connect(&session, &Session::selfCheckReady, this, &Page::statusTextChanged);
    follow();
}

void FormatsPage::makeTableCard() {
    tableCard_ = new Card(tr("The same value in every format"), this);
    tableCard_->setSubtitle(tr("click a bit to flip it, click a row to select it"));
    table_ = new FormatTable(*formats_);
    legend_ = new BitLegend;
    tableCard_->addHeaderWidget(legend_);
    tableCard_->addHeaderWidget(table_->formatsBox());
    tableCard_->addHeaderWidget(table_->errorSwitch());
    auto* copy = linkButton(tr("Copy all"));
    auto* menu = new QMenu(copy);
    const auto copyAs = [this](QString (DataTable::*as)() const) {
        return [this, as] { QGuiApplication::clipboard()->setText((table_->table().*as)()); };
    };
    menu->addAction(tr("Copy as TSV"), this, copyAs(&DataTable::tsv));
    menu->addAction(tr("Copy as Markdown"), this, copyAs(&DataTable::markdown));
    menu->addAction(tr("Copy as CSV"), this, copyAs(&DataTable::csv));
    menu->addSeparator();
    menu->addAction(tr("Copy state of the page"), this, [this] {
        QGuiApplication::clipboard()->setText(QString::fromStdString(stateText(formats_->state())));
    });
    menu->addAction(tr("Restore copied state"), this, [this] {
        const Status status = restore(QGuiApplication::clipboard()->text().trimmed().toStdString());
        if (!status) valueBar_->showProblem(QString::fromStdString(status.error().text()));
    });
    copy->setMenu(menu);
    tableCard_->addHeaderWidget(copy);
    projectedLegend_ = new BitLegend;
    projectedLegend_->hide();
    tableCard_->addBody(projectedLegend_, 0);
    connect(table_, &FormatTable::refused, valueBar_, &ValueBar::showProblem);
    tableCard_->addBody(table_);
    stagnation_ = new StagnationLine(*formats_);
    tableCard_->addBody(stagnation_, 0);
}

void FormatsPage::makePanels() {
    editor_ = new BitEditor(*formats_);
    board_->addPanel(
        {.title = tr("Bits"), .tab = tr("Bits"), .body = editor_, .header = {editor_->hexBox(), editor_->undoButton()}},
        {.column = 0, .row = 0, .stretch = 1, .tabGroup = 0});
    values_ = new ValuesPanel(*formats_);
    board_->addPanel(
        {.title = tr("Representable values"), .tab = tr("Values"), .body = values_, .header = {values_->viewSwitch()}},
        {.column = 1, .row = 0, .stretch = 1, .tabGroup = 1});
    auto* copy = linkButton(tr("Copy table"));
    QWidget* limitsBody = makeLimits();
    auto* menu = new QMenu(copy);
    limits_->fillMenu(*menu);
    copy->setMenu(menu);
    board_->addPanel({.title = tr("Limits"), .tab = {}, .body = limitsBody, .header = {copy}},
                     {.column = 2, .row = 0, .stretch = 1, .tabGroup = 1});
    board_->setColumnWidth(0, kEditorColumn, kEditorColumn);
    board_->setColumnWidth(2, kLimitsColumnLeast, kLimitsColumn);
}

QWidget* FormatsPage::makeLimits() {
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    limits_ = new LimitsTable(*formats_);
    custom_ = new CustomFormat(*formats_);
    column->addWidget(limits_, 1);
    uses_ = new ElidedLabel(Qt::ElideRight);
    uses_->setProperty("role", "caption");
    column->addWidget(uses_);
    auto* line = new QFrame;
    line->setProperty("role", "line");
    line->setFixedHeight(1);
    column->addWidget(line);
    column->addWidget(custom_);
    return body;
}

std::vector<Chart*> FormatsPage::charts() const { return values_->charts(); }
RepresentableChart& FormatsPage::representable() const { return values_->representable(); }
ScaledLine& FormatsPage::scaledLine() const { return values_->scaledLine(); }
SegmentedControl& FormatsPage::viewSwitch() const { return *values_->viewSwitch(); }

void FormatsPage::setProjected(bool projected) {
    projectedLegend_->setVisible(projected);
    table_->setProjected(projected);
}

void FormatsPage::setWidthClass(WidthClass width) {
    width_ = width;
    legend_->setVisible(width == WidthClass::wide);
    values_->setShortNames(width == WidthClass::narrow);
    board_->arrange(width);
    emit statusTextChanged();
}

void FormatsPage::onShown() { session().checkItself(); }

void FormatsPage::follow() {
    board_->setSubtitle(editor_, tr("%1: click, or arrow keys and Space").arg(entryTitle(formats_->selected())));
    const Format& selected = formats_->selected().format;
    const QString users = usersText(selected);
    uses_->setText(users.isEmpty() ? tr("%1: no use known").arg(shortTitle(selected))
                                   : tr("%1 is used by %2").arg(shortTitle(selected), users));
    uses_->setFullText(usesText(selected));
    emit statusTextChanged();
}

Status FormatsPage::restore(std::string_view stateText) {
    const auto state = parseState(stateText);
    if (!state) return state.error();
    formats_->restore(*state);
    return Done{};
}

QString FormatsPage::statusText() const {
    const FormatsState& state = formats_->state();
    const QString rounding = QString::fromStdString(std::string(roundingName(state.rounding))).replace('-', ' ');
    const QString value =
        tr("Value %1 rounded to %2 formats, %3")
            .arg(elidedMiddle(formats_->valueText(), 24), QString::number(state.shownKeys().size()), rounding);
    return value + QStringLiteral(".   ") + selfCheckText();
}

QString FormatsPage::selfCheckText() const {
    const SelfCheckPtr& check = session().selfCheckReport();
    if (!check) return tr("Self-check: not finished yet");
    if (!check->ok()) return tr("✕ Self-check did not finish: %1").arg(QString::fromStdString(check->error().text()));
    const bool passed = (*check)->passed();
    if (passed && width_ == WidthClass::narrow) return tr("✓ Self-check: all codes match LibTorch");
    return (passed ? tr("✓ Self-check: %1") : tr("✕ Self-check: %1"))
        .arg(QString::fromStdString(selfCheckLine(**check)));
}

}  // namespace mantissa::ui

#include "compare/option_bar.h"

#include <QActionGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <algorithm>

#include "compare/custom_format_dialog.h"
#include "compare/scales_dialog.h"
#include "session/session.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/format_toggle.h"

namespace mantissa::ui {
namespace {

constexpr CastScope kScopes[]{CastScope::weightsAndActivations, CastScope::weights, CastScope::activations};
constexpr std::size_t kUsualToggles = 7;  // those after them move into the menu where room is short
constexpr std::size_t kCustomToggle = 6;

bool holds(const std::vector<Format>& formats, const Format& one) {
    return std::find(formats.begin(), formats.end(), one) != formats.end();
}

/// LibTorch has no type for other formats at all; what it has may still lack a kernel, which only the run tells.
bool mayRunNative(const Format& format) {
    return format.name == "bf16" || format.name == "fp16" || format.name == "fp32" || format.name == "fp64";
}

/// TF32 and what has a native type are never stored with scales.
bool mayHaveScales(const Format& format) { return !mayRunNative(format) && format.name != "tf32"; }

}  // namespace

std::vector<Format> comparableFormats(const Format& custom) {
    std::vector<Format> formats;
    for (const char* name : {"bf16", "fp16", "tf32", "e4m3", "e5m2", "int8"}) formats.push_back(format(name));
    formats.push_back(custom);
    for (const char* name : {"fp64", "fp32"}) formats.push_back(format(name));
    return formats;
}

std::vector<Format> referenceFormats(const Format& custom) {
    std::vector<Format> formats = comparableFormats(custom);
    std::rotate(formats.begin(), formats.end() - 2, formats.end());
    std::swap(formats[0], formats[1]);  // FP32, FP64, then the others
    return formats;
}

OptionBar::OptionBar(Session& session, QWidget* parent)
    : QFrame(parent),
      session_(session),
      reference_(new QComboBox(this)),
      cast_(new QComboBox(this)),
      castLabel_(roleLabel(tr("Cast"), "caption", this)) {
    setProperty("role", "card");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 6, 10, 6);
    layout->setSpacing(8);
    referenceLabel_ = roleLabel(tr("Reference"), "caption", this);
    referenceLabel_->setBuddy(reference_);
    reference_->setAccessibleName(tr("Reference format"));
    reference_->setToolTip(tr("Reference: the format that all others are compared with."));
    layout->addWidget(referenceLabel_);
    layout->addWidget(reference_);
    auto* line = new QFrame(this);
    line->setProperty("role", "line");
    line->setFixedSize(1, 20);
    layout->addWidget(line);
    compareLabel_ = roleLabel(tr("Compare"), "caption", this);
    layout->addWidget(compareLabel_);
    makeToggles();
    layout->addStretch(1);
    for (const auto& text : {tr("Weights + activations"), tr("Weights only"), tr("Activations only")})
        cast_->addItem(text);
    cast_->setAccessibleName(tr("Cast"));
    cast_->setToolTip(
        tr("What is rounded to the format. Weights only and activations only always run emulated. The final logits of "
           "emulated formats stay FP32."));
    castLabel_->setBuddy(cast_);
    layout->addWidget(castLabel_);
    layout->addWidget(cast_);
    makeMenu();
    layout->addWidget(more_);

    connect(reference_, &QComboBox::activated, this, [this] { chooseFromControls(tr("Change the reference")); });
    connect(cast_, &QComboBox::activated, this, [this] { chooseFromControls(tr("Change what is cast")); });
    connect(&session_, &Session::choicesChanged, this, &OptionBar::follow);
    connect(&session_, &Session::compareReady, this, &OptionBar::follow);
    connect(&Theme::instance(), &Theme::changed, this, &OptionBar::updateIcons);
    follow();
}

void OptionBar::makeToggles() {
    int number = 0;
    for (const auto& one : formats()) {
        auto* toggle = new FormatToggle(one, ++number, this);
        toggles_.push_back(toggle);
        layout()->addWidget(toggle);
        connect(toggle, &QAbstractButton::clicked, this, [this, toggle](bool on) {
            chooseFromControls((on ? tr("Turn on %1") : tr("Turn off %1")).arg(toggle->text()));
        });
        toggle->setContextMenuPolicy(Qt::CustomContextMenu);
        connect(toggle, &QWidget::customContextMenuRequested, this,
                [this, toggle](const QPoint& at) { showToggleMenu(toggle, toggle->mapToGlobal(at)); });
    }
}

void OptionBar::makeMenu() {
    more_ = new QPushButton(tr("Options…"), this);
    auto* menu = new QMenu(more_);
    menu->addSection(tr("Cast"));
    castActions_ = new QActionGroup(this);
    for (int i = 0; i < cast_->count(); ++i) {
        QAction* entry = menu->addAction(cast_->itemText(i));
        entry->setCheckable(true);
        castActions_->addAction(entry);
        connect(entry, &QAction::triggered, this, [this, i] {
            cast_->setCurrentIndex(i);
            chooseFromControls(tr("Change what is cast"));
        });
    }
    menu->addSection(tr("Compare also"));
    for (std::size_t i = kUsualToggles; i < toggles_.size(); ++i) {
        QAction* entry = menu->addAction(toggles_[i]->text());
        entry->setCheckable(true);
        connect(entry, &QAction::triggered, toggles_[i], &QAbstractButton::click);
        rareActions_.push_back(entry);
    }
    more_->setMenu(menu);
    more_->hide();
}

void OptionBar::showToggleMenu(FormatToggle* toggle, const QPoint& at) {
    QMenu menu(this);
    if (toggle == toggles_[kCustomToggle])
        menu.addAction(tr("Edit custom format…"), this, &OptionBar::editCustomFormat);
    if (mayHaveScales(toggle->format())) menu.addAction(tr("Scales…"), this, &OptionBar::editScales);
    if (mayRunNative(toggle->format()) && toggle->isChecked()) {
        const Format& format = toggle->format();
        QAction* entry = menu.addAction(tr("Emulate %1").arg(toggle->text()));
        entry->setCheckable(true);
        entry->setChecked(holds(session_.choices().emulated, format));
        connect(entry, &QAction::toggled, this, [this, format, name = toggle->text()](bool on) {
            Choices choices = session_.choices();
            std::erase(choices.emulated, format);
            if (on) choices.emulated.push_back(format);
            session_.choose((on ? tr("Use emulated %1") : tr("Use native %1")).arg(name), choices);
        });
    }
    if (!menu.isEmpty()) menu.exec(at);
}

void OptionBar::editCustomFormat() {
    auto* dialog = new CustomFormatDialog(session_.choices().custom, window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        const Format custom = dialog->format();
        session_.choose(tr("Change the custom format to %1").arg(QString::fromStdString(custom.title)),
                        withCustom(session_.choices(), custom));
    });
    dialog->open();
}

void OptionBar::editScales() {
    auto* dialog = new ScalesDialog(session_.choices().scales, window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        Choices choices = session_.choices();
        choices.scales = dialog->value();
        session_.choose(tr("Change the scales"), choices);
    });
    dialog->open();
}

std::vector<Format> OptionBar::formats() const { return comparableFormats(session_.choices().custom); }

void OptionBar::chooseFromControls(const QString& name) {
    Choices choices = session_.choices();
    choices.reference = referenceFormats(choices.custom)[static_cast<std::size_t>(reference_->currentIndex())];
    choices.candidates.clear();
    for (const auto* toggle : toggles_)
        if (toggle->isChecked() && toggle->format() != choices.reference)
            choices.candidates.push_back(toggle->format());
    std::erase_if(choices.emulated, [&](const Format& one) { return !holds(choices.candidates, one); });
    choices.scope = kScopes[cast_->currentIndex()];
    session_.choose(name, choices);
    follow();  // also when nothing changed, so that no control keeps a state of its own
}

void OptionBar::follow() {
    const Choices& choices = session_.choices();
    toggles_[kCustomToggle]->setFormat(choices.custom);
    updateIcons();
    const auto references = referenceFormats(choices.custom);
    reference_->setCurrentIndex(
        static_cast<int>(std::find(references.begin(), references.end(), choices.reference) - references.begin()));
    cast_->setCurrentIndex(
        static_cast<int>(std::find(std::begin(kScopes), std::end(kScopes), choices.scope) - std::begin(kScopes)));
    castActions_->actions().at(cast_->currentIndex())->setChecked(true);
    for (std::size_t i = 0; i < toggles_.size(); ++i) followToggle(i);
    fit();
}

void OptionBar::followToggle(std::size_t index) {
    const Choices& choices = session_.choices();
    FormatToggle* toggle = toggles_[index];
    const Format& one = toggle->format();
    const bool on = holds(choices.candidates, one);
    toggle->setChecked(on);
    if (index >= kUsualToggles) {
        rareActions_[index - kUsualToggles]->setVisible(one != choices.reference);
        rareActions_[index - kUsualToggles]->setChecked(on);
    }
    const bool emulated = !mayRunNative(one) || holds(choices.emulated, one);
    QString how = emulated ? tr("emulated: values rounded to the format, arithmetic in FP32, never timed")
                           : tr("native: LibTorch's own kernels; emulated where it has none");
    if (session_.report())
        for (std::size_t run = 1; run < session_.report()->runs.size(); ++run)
            if (session_.report()->runs[run].format == one && session_.report()->runs[run].ok())
                how = session_.report()->runs[run].mode == RunMode::native ? tr("ran native") : tr("ran emulated");
    QString help = tr("%1, %2 (Alt+%3)").arg(toggle->text(), how).arg(index + 1);
    if (index == kCustomToggle)
        help += tr(". Right-click: edit, scales");
    else if (mayHaveScales(one))
        help += tr(". Right-click: scales");
    toggle->setToolTip(help);
    toggle->setAccessibleName(tr("%1 candidate, %2, %3").arg(toggle->text(), on ? tr("on") : tr("off"), how));
}

void OptionBar::updateIcons() {
    const auto references = referenceFormats(session_.choices().custom);
    while (reference_->count() < static_cast<int>(references.size())) reference_->addItem({});
    for (std::size_t i = 0; i < references.size(); ++i) {
        reference_->setItemText(static_cast<int>(i), QString::fromStdString(references[i].title));
        reference_->setItemIcon(
            static_cast<int>(i),
            QIcon(markerPixmap(lookOf(references[i]), Theme::instance().formatColor(references[i]), 12, 2)));
    }
    reference_->setIconSize({12, 12});
}

void OptionBar::setNarrow(bool narrow) {
    wantsNarrow_ = narrow;
    fit();
}

void OptionBar::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    fit();
}

QSize OptionBar::minimumSizeHint() const { return {widthAs(true, true), QFrame::minimumSizeHint().height()}; }

int OptionBar::widthAs(bool narrow, bool shortNames) const {
    const QMargins margins = layout()->contentsMargins();
    int width = margins.left() + margins.right() - layout()->spacing();
    const auto take = [&](int wanted) { width += wanted + layout()->spacing(); };
    take(reference_->minimumSizeHint().width());
    take(1);  // the line
    if (narrow) take(more_->minimumSizeHint().width());
    if (!narrow)
        for (const QWidget* one : std::initializer_list<QWidget*>{referenceLabel_, compareLabel_, castLabel_, cast_})
            take(one->minimumSizeHint().width());
    for (std::size_t i = 0; i < toggles_.size(); ++i)
        if (shows(i, narrow)) take(toggles_[i]->widthWhen(shortNames));
    return width;
}

bool OptionBar::shows(std::size_t toggle, bool narrow) const {
    return toggles_[toggle]->format() != session_.choices().reference && !(narrow && toggle >= kUsualToggles);
}

void OptionBar::fit() {
    narrow_ = wantsNarrow_ || widthAs(false, true) > width();
    for (QWidget* one : std::initializer_list<QWidget*>{referenceLabel_, compareLabel_, castLabel_, cast_})
        one->setVisible(!narrow_);
    more_->setVisible(narrow_);
    const bool shortNames = widthAs(narrow_, false) > width();
    for (std::size_t i = 0; i < toggles_.size(); ++i) {
        toggles_[i]->setVisible(shows(i, narrow_));
        toggles_[i]->setShort(shortNames);
    }
}

}  // namespace mantissa::ui

#include "paint.h"
#include "scenes.h"

namespace mantissa::samples {
namespace {

const QColor kBack(108, 92, 76), kBreast(214, 104, 44), kBelly(226, 218, 204), kBark(96, 76, 60);

void leaves(Canvas& canvas) {
    fill(canvas, everywhere(),
         linear({0, 0}, {400, kSide},
                {{0, QColor(190, 208, 176)}, {0.5, QColor(140, 168, 118)}, {1, QColor(92, 124, 82)}}));
    for (int blot = 0; blot < 26; ++blot) {
        const QPointF centre(canvas.random.uniform(0, kSide), canvas.random.uniform(0, kSide));
        const double size = canvas.random.uniform(20, 60);
        fill(canvas, ellipse(centre, size, size),
             withAlpha(lighter(QColor(150, 180, 110), canvas.random.uniform(-0.45, 0.5)), 0.4));
    }
    blurAll(canvas, 14);
}

void twig(Canvas& canvas) {
    const QPainterPath wood = smooth({{-20, 442},
                                      {90, 430},
                                      {220, 424},
                                      {340, 408},
                                      {540, 376},
                                      {540, 402},
                                      {350, 432},
                                      {230, 448},
                                      {90, 456},
                                      {-20, 468}});
    fill(canvas, wood,
         linear({0, 400}, {10, 460}, {{0, lighter(kBark, 0.35)}, {0.5, kBark}, {1, lighter(kBark, -0.5)}}));
    strokes(canvas, wood,
            {.count = 420,
             .length = 22,
             .width = 1.6,
             .contrast = 0.2,
             .angle = [](QPointF) { return -6.0; },
             .spread = 6});
    const QPainterPath side = smooth({{400, 404}, {440, 350}, {486, 314}, {492, 320}, {452, 360}, {424, 408}});
    fill(canvas, side, linear({400, 350}, {460, 380}, {{0, lighter(kBark, 0.25)}, {1, lighter(kBark, -0.3)}}));
    for (const auto& leaf : {smooth({{484, 322}, {470, 286}, {486, 246}, {504, 280}}),
                             smooth({{446, 352}, {408, 340}, {384, 306}, {426, 316}})})
        fill(canvas, leaf,
             linear(leaf.boundingRect().topLeft(), leaf.boundingRect().bottomRight(),
                    {{0, QColor(158, 190, 92)}, {1, QColor(78, 116, 48)}}));
}

QPainterPath bodyShape() {
    return smooth({{140, 172},
                   {164, 126},
                   {210, 110},
                   {254, 134},
                   {290, 180},
                   {342, 232},
                   {388, 300},
                   {414, 352},
                   {388, 380},
                   {330, 398},
                   {264, 398},
                   {204, 376},
                   {164, 326},
                   {142, 262},
                   {140, 214}});
}

void legs(Canvas& canvas) {
    const QPen leg(QColor(92, 66, 52), 6, Qt::SolidLine, Qt::RoundCap),
        toe(QColor(92, 66, 52), 5, Qt::SolidLine, Qt::RoundCap);
    for (const double x : {246.0, 288.0}) {
        canvas.painter.strokePath(curve({{x, 390}, {x - 4, 408}, {x - 8, 424}}), leg);
        canvas.painter.strokePath(curve({{x - 8, 424}, {x - 24, 430}, {x - 32, 438}}), toe);
        canvas.painter.strokePath(curve({{x - 8, 424}, {x - 10, 434}, {x - 14, 442}}), toe);
        canvas.painter.strokePath(curve({{x - 8, 424}, {x + 6, 430}, {x + 14, 436}}), toe);
    }
}

void plumage(Canvas& canvas) {
    const QPainterPath tail =
        smooth({{356, 330}, {410, 336}, {452, 396}, {488, 462}, {470, 474}, {440, 456}, {388, 398}});
    fill(canvas, tail, linear({360, 340}, {480, 470}, {{0, kBack}, {1, lighter(kBack, -0.5)}}));
    strokes(canvas, tail,
            {.count = 180,
             .length = 26,
             .width = 1.8,
             .contrast = 0.18,
             .angle = [](QPointF) { return 50.0; },
             .spread = 4});
    const QPainterPath body = bodyShape();
    fill(canvas, body,
         linear({320, 180}, {190, 380}, {{0, lighter(kBack, 0.05)}, {0.45, lighter(kBack, 0.15)}, {1, kBelly}}));
    softFill(canvas,
             smooth({{140, 178}, {176, 160}, {196, 200}, {216, 260}, {222, 330}, {196, 366}, {160, 320}, {138, 260}}),
             kBreast, {.radius = 14, .inside = &body});
    softFill(canvas, smooth({{200, 392}, {260, 404}, {340, 402}, {400, 380}, {330, 376}, {250, 376}}),
             withAlpha(QColor(70, 60, 56), 0.5), {.radius = 12, .inside = &body});
    strokes(canvas, body,
            {.count = 1700,
             .length = 13,
             .width = 1.6,
             .contrast = 0.13,
             .angle = [](QPointF) { return 52.0; },
             .spread = 20});
    const QPainterPath wing = smooth(
        {{232, 214}, {282, 216}, {342, 262}, {392, 326}, {440, 402}, {392, 382}, {322, 362}, {258, 326}, {226, 270}});
    softFill(canvas, wing.translated(-3, 8), withAlpha(QColor(40, 30, 24), 0.5), {.radius = 8, .inside = &body});
    fill(canvas, wing, linear({280, 216}, {330, 370}, {{0, lighter(kBack, 0.1)}, {1, lighter(kBack, -0.4)}}));
    for (int feather = 0; feather < 6; ++feather) {
        const double shift = feather * 17.0;
        canvas.painter.strokePath(curve({{244 + shift * 0.5, 262 + shift * 0.7},
                                         {300 + shift * 0.4, 318 + shift * 0.25},
                                         {352 + shift * 0.7, 350 + shift * 0.2}}),
                                  QPen(withAlpha(QColor(196, 180, 156), 0.8), 2.2, Qt::SolidLine, Qt::RoundCap));
    }
    strokes(canvas, wing,
            {.count = 420, .length = 16, .width = 1.5, .contrast = 0.15, .angle = [](QPointF) { return 46.0; }});
}

void head(Canvas& canvas) {
    fill(canvas, polygon({{146, 174}, {94, 190}, {146, 196}}),
         linear({0, 174}, {0, 196}, {{0, QColor(92, 84, 78)}, {1, QColor(40, 36, 34)}}));
    canvas.painter.strokePath(curve({{98, 190}, {148, 186}}), QPen(QColor(20, 18, 18), 1.6));
    fill(canvas, ellipse({184, 162}, 14, 14), QColor(198, 184, 160));
    fill(canvas, ellipse({184, 162}, 11, 11), QColor(18, 14, 12));
    fill(canvas, ellipse({180, 158}, 3.4, 3.4), Qt::white);
}

}  // namespace

QImage drawBird() {
    Canvas canvas(17);
    leaves(canvas);
    twig(canvas);
    legs(canvas);
    plumage(canvas);
    head(canvas);
    return canvas.image;
}

}  // namespace mantissa::samples

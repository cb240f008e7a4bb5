# Oracles for what goes with leaving: R's own package `survival` (and `glm` for the monthly model),
# written to CSV files beside this script. R is not needed to run the tests; run `Rscript cox.R` here
# to renew the files. Its one argument, if given, is the rossi.csv that comes with lifelines.
#
# cox_rows_<data>.csv    the rows: data sets bundled with the package, rossi, and made-up ones
# cox_coefficients.csv   coxph: coefficients and standard errors, Efron and Breslow
# cox_tests.csv          likelihood ratio, Wald and score test, log-likelihood
# cox_zph.csv            cox.zph with the transforms km and identity, per term and over all
# cox_adjusted.csv       survfit(newdata) averaged over the sample with one column set to a value;
#                        for one sole row of covariates also its standard error
# cox_months.csv         glm(binomial(cloglog)) on person-months, with a baseline for each month

suppressPackageStartupMessages(library(survival))
set.seed(20261031)
options(digits = 15)

rossi_file <- commandArgs(TRUE)
rossi <- if (length(rossi_file)) read.csv(rossi_file[1]) else read.csv("cox_rows_rossi.csv")
if (!"duration" %in% names(rossi)) {
  rossi <- data.frame(
    entry = 0, duration = rossi$week, event = rossi$arrest, stratum = "",
    rossi[c("fin", "age", "race", "wexp", "mar", "paro", "prio")]
  )
}

rows <- function(entry, duration, event, stratum, covariates) {
  d <- data.frame(entry = entry, duration = duration, event = as.integer(event),
                  stratum = as.character(stratum), covariates)
  d[complete.cases(d), ]
}

n <- 240
plan <- sample(c("monthly", "half", "year"), n, TRUE)
seats <- round(rexp(n, 0.1)) + 1
late <- data.frame(entry = pmax(0, round(runif(n, -6, 9))), plan = plan, seats = seats)
late$stratum <- ifelse(runif(n) < 0.4, "x", "y")
late$duration <- late$entry +
  pmax(0.25, round(4 * rexp(n, 0.08 * ifelse(plan == "year", 0.5, 1) * ifelse(late$stratum == "x", 2, 1))) / 4)
late$event <- runif(n) < 0.7

m <- 400
half <- sample(0:1, m, TRUE)
channel <- sample(c("web", "agency", "event"), m, TRUE)
tied <- data.frame(half = half, channel = channel)
hazard <- -log(1 - 0.12) * exp(-0.5 * half + 0.4 * (channel == "web"))
tied$time <- ceiling(rexp(m) / hazard)
tied$event <- tied$time <= 12
tied$duration <- pmin(tied$time, 12)

data <- list(
  lung = with(lung, rows(0, time, status == 2, "", data.frame(age, sex, ph.ecog))),
  lung_strata = with(lung, rows(0, time, status == 2, sex, data.frame(age, ph.ecog, wt.loss))),
  veteran = with(veteran, rows(0, time, status, "", data.frame(trt, celltype = as.character(celltype), karno, prior))),
  rossi = rossi,
  heart = with(heart, rows(start, stop, event, "", data.frame(age, year, surgery, transplant = as.character(transplant)))),
  late = with(late, rows(entry, duration, event, stratum, data.frame(plan, seats))),
  tied = with(tied, rows(0, duration, event, "", data.frame(half, channel)))
)

formula_of <- function(d) {
  terms <- setdiff(names(d), c("entry", "duration", "event", "stratum"))
  if (length(unique(d$stratum)) > 1) terms <- c(terms, "strata(stratum)")
  left <- if (any(d$entry > 0)) "Surv(entry, duration, event)" else "Surv(duration, event)"
  as.formula(paste(left, "~", paste(terms, collapse = " + ")))
}

coefficients <- tests <- zph <- adjusted <- months <- NULL
for (name in names(data)) {
  d <- data[[name]]
  write.csv(d, paste0("cox_rows_", name, ".csv"), row.names = FALSE, quote = FALSE)
  control <- coxph.control(eps = 1e-12, iter.max = 50, toler.chol = 1e-13)
  for (ties in c("efron", "breslow")) {
    f <- coxph(formula_of(d), data = d, ties = ties, control = control)
    s <- summary(f)
    coefficients <- rbind(coefficients, data.frame(
      data = name, ties = ties, term = names(coef(f)), coef = coef(f), se = sqrt(diag(vcov(f))),
      lower = log(s$conf.int[, "lower .95"]), upper = log(s$conf.int[, "upper .95"]),
      p_value = s$coefficients[, "Pr(>|z|)"]
    ))
    tests <- rbind(tests, data.frame(
      data = name, ties = ties, loglik0 = f$loglik[1], loglik = f$loglik[2],
      lr = s$logtest["test"], wald = f$wald.test, score = f$score, df = s$logtest["df"]
    ))
    if (ties != "efron") next
    for (transform in c("km", "identity")) {
      z <- cox.zph(f, transform = transform)$table
      zph <- rbind(zph, data.frame(
        data = name, transform = transform, term = rownames(z), statistic = z[, "chisq"],
        df = z[, "df"], p_value = z[, "p"]
      ))
    }
  }
  f <- coxph(formula_of(d), data = d, control = control, x = TRUE)
  if (length(unique(d$stratum)) > 1 || name == "heart") next
  column <- c(lung = "sex", veteran = "celltype", rossi = "fin", tied = "channel")[[name]]
  for (value in unique(d[[column]])) {
    as_if <- d
    as_if[[column]] <- value
    curve <- survfit(f, newdata = as_if)
    alone <- survfit(f, newdata = as_if[1, ])
    keep <- curve$n.event > 0
    adjusted <- rbind(adjusted, data.frame(
      data = name, column = column, value = as.character(value), time = curve$time[keep],
      survival = rowMeans(curve$surv)[keep],
      alone = as.vector(alone$surv)[keep], alone_se = as.vector(alone$std.err)[keep]
    ))
  }
}

for (name in c("tied", "rossi")) {
  d <- data[[name]]
  long <- d[rep(seq_len(nrow(d)), d$duration), ]
  long$month <- sequence(d$duration)
  long$left <- as.integer(long$event == 1 & long$month == rep(d$duration, d$duration))
  empty <- tapply(long$left, long$month, sum) == 0
  long <- long[!(long$month %in% as.integer(names(empty)[empty])), ]
  terms <- setdiff(names(d), c("entry", "duration", "event", "stratum"))
  g <- glm(as.formula(paste("left ~ 0 + factor(month) +", paste(terms, collapse = "+"))),
           binomial("cloglog"), long, control = glm.control(epsilon = 1e-14, maxit = 100))
  s <- summary(g)$coefficients
  s <- s[!grepl("month", rownames(s)), , drop = FALSE]
  months <- rbind(months, data.frame(
    data = name, term = rownames(s), coef = s[, 1], se = s[, 2], deviance = g$deviance
  ))
}

for (name in c("coefficients", "tests", "zph", "adjusted", "months")) {
  write.csv(get(name), paste0("cox_", name, ".csv"), row.names = FALSE, quote = FALSE)
}

# Oracles for the survival statistics: R's own package `survival`, written to CSV files beside
# this script. R is not needed to run the tests; run `Rscript survival.R` here to renew the files.
#
# public_lives.csv      read: public data sets bundled with lifelines (public_lives.py)
# survival_lives.csv    the lives: those, data sets bundled with R's package, and made-up ones
# survival_curves.csv   survfit with log-log bands
# survival_at.csv       the same curves at fixed times
# survival_medians.csv  medians with their intervals
# survival_rmst.csv     restricted means with standard errors; with late entry from the curve's start
# survival_logrank.csv  survdiff (rho 0 and 1, strata); with late entry the score test of
#                       coxph(ties = "exact"), which is the log-rank test
# survival_trend.csv    the same score test with the places of the groups as numbers
# survival_pairs.csv    survdiff of each pair of groups, p-values adjusted by p.adjust("holm")
# survival_planning.csv Schoenfeld's numbers of events and subjects, from R's normal quantiles

suppressPackageStartupMessages(library(survival))
set.seed(20261031)

lives <- function(name, duration, event, group, entry = 0, stratum = "") {
  data.frame(
    data = name, entry = entry, duration = duration, event = as.integer(event),
    group = as.character(group), stratum = as.character(stratum)
  )
}

n <- 90
late <- data.frame(entry = pmax(0, round(runif(n, -2, 12))), group = rep(c("a", "b", "c"), n / 3))
late$duration <- late$entry + pmin(ceiling(rexp(n, ifelse(late$group == "a", 0.05, 0.1))), 30)
late$event <- runif(n) < 0.7
late$stratum <- ifelse(runif(n) < 0.4, "x", "y")

tied <- data.frame(duration = pmin(3 * rgeom(60, 0.25) + 3, 24), group = rep(c("p", "q"), 30))
tied$event <- tied$duration < 24

all <- rbind(
  with(lung, lives("lung", time, status == 2, sex, stratum = ifelse(is.na(ph.ecog), "", ph.ecog))),
  with(veteran, lives("veteran", time, status, celltype, stratum = trt)),
  with(late, lives("late", duration, event, group, entry, stratum)),
  with(tied, lives("tied", duration, event, group)),
  lives("six", c(5, 6, 6, 2, 4, 4), c(1, 0, 1, 1, 0, 1), "g"),
  read.csv("public_lives.csv", colClasses = c(group = "character", stratum = "character"))
)

fit <- function(d) {
  formula <- if (any(d$entry > 0)) {
    Surv(entry, duration, event) ~ 1
  } else {
    Surv(duration, event) ~ 1
  }
  survfit(formula, data = d, conf.type = "log-log")
}

# With late entry a curve starts at the first time just after which ten are at risk.
start_of <- function(d) {
  if (all(d$entry == 0)) return(0)
  candidates <- sort(unique(d$entry))
  risk <- sapply(candidates, function(t) sum(d$entry <= t & d$duration > t))
  candidates[risk >= 10][1]
}

given <- function(d, start) {
  d <- d[d$duration > start, ]
  d$entry <- pmax(d$entry, start)
  d
}

curves <- at <- medians <- rmst <- NULL
for (name in unique(all$data)) {
  whole <- all[all$data == name, ]
  for (group in unique(whole$group)) {
    for (rule in c("ten", "one")) {
      d <- whole[whole$group == group, ]
      start <- if (rule == "ten") start_of(d) else min(d$entry)
      if (rule == "one" && all(d$entry == 0)) next
      f <- fit(given(d, start))
      key <- data.frame(data = name, group = group, rule = rule)
      curves <- rbind(curves, cbind(key, start = start, data.frame(
        time = f$time, at_risk = f$n.risk, events = f$n.event, censored = f$n.censor,
        survival = f$surv, lower = f$lower, upper = f$upper
      )))
      if (rule == "one") next
      # Off its own times summary() counts those at risk at the next one; with late entry that
      # is another number, so such curves are asked at their own times only.
      own <- f$time[unique(round(seq(1, length(f$time), length.out = 5)))]
      between <- if (any(d$entry > 0)) NULL else round((own[-1] + own[-length(own)]) / 2, 9)
      times <- sort(c(own, between))
      s <- summary(f, times = times)
      at <- rbind(at, cbind(key, data.frame(
        time = s$time, at_risk = s$n.risk, survival = s$surv, lower = s$lower, upper = s$upper
      )))
      q <- summary(f)$table
      medians <- rbind(medians, cbind(key, data.frame(
        n = nrow(d), events = sum(d$event), median = q[["median"]], lower = q[["0.95LCL"]],
        upper = q[["0.95UCL"]]
      )))
      # R integrates from 0: the clock of a late curve is set to its start.
      tau <- min(tapply(whole$duration, whole$group, max))
      later <- given(d, start)
      later[c("entry", "duration")] <- later[c("entry", "duration")] - start
      m <- summary(fit(later), rmean = tau - start)$table
      rmst <- rbind(rmst, cbind(key, tau = tau, rmst = m[["rmean"]], se = m[["se(rmean)"]]))
    }
  }
}

test <- function(name, rho, strata) {
  d <- all[all$data == name & (all$stratum != "" | !strata), ]
  formula <- Surv(duration, event) ~ group
  if (strata) formula <- update(formula, . ~ . + strata(stratum))
  s <- survdiff(formula, data = d, rho = rho)
  data.frame(
    data = name, entry = FALSE, strata = strata, rho = rho, statistic = s$chisq,
    df = length(unique(d$group)) - 1
  )
}

late_test <- function(name, strata) {
  d <- all[all$data == name, ]
  formula <- Surv(entry, duration, event) ~ group
  if (strata) formula <- update(formula, . ~ . + strata(stratum))
  s <- coxph(formula, data = d, ties = "exact")
  data.frame(
    data = name, entry = TRUE, strata = strata, rho = 0, statistic = s$score, df = length(coef(s))
  )
}

grid <- expand.grid(
  name = c("lung", "veteran", "late", "rossi", "leukemia"), rho = c(0, 1), strata = c(FALSE, TRUE),
  stringsAsFactors = FALSE
)
tests <- do.call(rbind, Map(test, grid$name, grid$rho, grid$strata))
for (name in c("tied", "waltons", "larynx", "regimes")) {
  tests <- rbind(tests, test(name, 0, FALSE), test(name, 1, FALSE))
}
tests <- rbind(tests, late_test("late", FALSE), late_test("late", TRUE))
tests <- rbind(tests, late_test("heart", FALSE), late_test("heart", TRUE))

trend <- function(name, entry, strata) {
  d <- all[all$data == name & (all$stratum != "" | !strata), ]
  d$place <- match(d$group, sort(unique(d$group)))
  formula <- if (entry) Surv(entry, duration, event) ~ place else Surv(duration, event) ~ place
  if (strata) formula <- update(formula, . ~ . + strata(stratum))
  s <- coxph(formula, data = d, ties = "exact")
  data.frame(data = name, entry = entry, strata = strata, statistic = s$score, p_value =
    pchisq(s$score, 1, lower.tail = FALSE), falls = coef(s)[[1]] > 0)
}
trends <- rbind(
  trend("larynx", FALSE, FALSE), trend("veteran", FALSE, FALSE), trend("veteran", FALSE, TRUE),
  trend("late", TRUE, FALSE), trend("late", TRUE, TRUE), trend("tied", FALSE, FALSE)
)

pairs <- NULL
for (name in c("larynx", "veteran", "regimes")) {
  d <- all[all$data == name, ]
  both <- combn(sort(unique(d$group)), 2)
  chisq <- apply(both, 2, function(ab) {
    survdiff(Surv(duration, event) ~ group, data = d[d$group %in% ab, ])$chisq
  })
  p <- pchisq(chisq, 1, lower.tail = FALSE)
  pairs <- rbind(pairs, data.frame(
    data = name, a = both[1, ], b = both[2, ], statistic = chisq, p_value = p,
    p_adjusted = p.adjust(p, "holm")
  ))
}

# Events for a hazard ratio (Schoenfeld 1983); subjects under an exponential life with uniform
# accrual over a and further follow-up f, the probability of leaving by numerical integration.
planning <- expand.grid(
  hazard = c(0.01, 0.03), ratio = c(0.5, 0.75, 1.5), power = c(0.8, 0.9), share = c(0.5, 0.25),
  accrual = c(0, 12), followup = c(6, 24)
)
planning$events <- with(planning, (qnorm(0.975) + qnorm(power))^2 /
  (share * (1 - share) * log(ratio)^2))
leaving <- function(hazard, a, f) {
  if (a == 0) return(1 - exp(-hazard * f))
  integrate(function(t) 1 - exp(-hazard * t), f, f + a, rel.tol = 1e-12)$value / a
}
planning$leaving <- with(planning, mapply(
  function(h, r, s, a, f) (1 - s) * leaving(h, a, f) + s * leaving(h * r, a, f),
  hazard, ratio, share, accrual, followup
))
planning$subjects <- ceiling(planning$events / planning$leaving)

save <- function(table, name) {
  numbers <- sapply(table, is.double)
  table[numbers] <- lapply(table[numbers], function(x) ifelse(is.na(x), "", sprintf("%.15g", x)))
  file <- paste0("survival_", name, ".csv")
  write.csv(table, file, row.names = FALSE, quote = FALSE, na = "")
}
save(all, "lives")
save(curves, "curves")
save(at, "at")
save(medians, "medians")
save(rmst, "rmst")
save(tests, "logrank")
save(trends, "trend")
save(pairs, "pairs")
save(planning, "planning")

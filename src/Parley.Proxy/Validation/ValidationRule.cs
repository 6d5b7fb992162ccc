namespace Parley.Proxy;

/// <summary>One row of the validation table: the clause it comes from and the check.</summary>
internal readonly record struct ValidationRule(string Clause, string Name, ValidationStep Step);

/// <summary>Looks at one thing; <see cref="RequestVerdict.Pass"/> lets the next rule look.</summary>
internal delegate RequestVerdict ValidationStep(in ValidationInput input);

using Parley.Sip.Fuzz;
using Parley.Sip.Fuzz.Targets;
using Xunit;

namespace Parley.Sip.Tests.Fuzzing;

/// <summary>The fuzzer's corpus and what it once broke, run again; and a short stretch of it by a fixed seed.</summary>
public class CorpusTests
{
    private static readonly string Root = AppContext.BaseDirectory;

    public static IEnumerable<TheoryDataRow<string>> Files() =>
        Inputs("Corpus").Concat(Inputs("Torture")).Select(file => new TheoryDataRow<string>(Path.GetRelativePath(Root, file)));

    [Theory]
    [MemberData(nameof(Files))]
    public void Corpus_runs_clean(string file)
    {
        var input = File.ReadAllBytes(Path.Combine(Root, file));
        foreach (string name in new[] { "message", "uri", "stream" })
        {
            var each = FuzzTarget.Create(name);
            each.Run(input, input.Length);
            // Cut short anywhere it must be as harmless.
            for (int length = 0; length < input.Length; length += 1 + (length / 50))
                each.Run(input, length);
        }
    }

    [Theory]
    [InlineData("message", 20_000)]
    [InlineData("uri", 40_000)]
    [InlineData("stream", 20_000)]
    public void Mutated_inputs_run_clean(string name, int count)
    {
        var target = FuzzTarget.Create(name);
        var seeds = Inputs(Path.Combine("Corpus", name))
            .Concat(name == "message" ? Inputs("Torture") : [])
            .Select(File.ReadAllBytes)
            .ToArray();
        var mutation = new Mutation(seed: 4475);
        var buffer = new byte[65_536];
        var paths = new HashSet<int>();
        for (int i = 0; i < count; i++)
        {
            var seed = seeds[mutation.Next(seeds.Length)];
            seed.CopyTo(buffer, 0);
            int length = mutation.Mutate(buffer, seed.Length, seeds[mutation.Next(seeds.Length)]);
            paths.Add(target.Run(buffer, length));
        }
        Assert.True(paths.Count > 20, $"Only {paths.Count} different ways were taken.");
    }

    private static IEnumerable<string> Inputs(string folder) =>
        Directory.GetFiles(Path.Combine(Root, folder), "*.dat", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
}

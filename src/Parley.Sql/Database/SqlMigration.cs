using System.Globalization;
using System.Reflection;
using System.Text;

namespace Parley.Sql;

/// <summary>
/// One numbered step of the tables: a file of <c>Migrations/&lt;provider&gt;/</c>, run whole. Its last statement writes its number into the version
/// table, so that a step run by hand counts as one that was run here.
/// </summary>
/// <param name="Number">From 1 on, without a gap.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Sql">Its text, with the default names of tables and columns.</param>
internal sealed record SqlMigration(int Number, string Name, string Sql)
{
    /// <summary>The row of the version table with the number of the last step.</summary>
    public const string VersionName = "parley";

    /// <summary>The steps of a provider, in order.</summary>
    /// <param name="folder">Its folder.</param>
    public static IReadOnlyList<SqlMigration> Of(string folder)
    {
        Assembly assembly = typeof(SqlMigration).Assembly;
        string prefix = $"Parley.Sql.Migrations.{folder}.";
        var steps = new List<SqlMigration>();
        foreach (string resource in assembly.GetManifestResourceNames())
        {
            if (!resource.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            string name = resource[prefix.Length..];
            steps.Add(new SqlMigration(int.Parse(name.AsSpan(0, 3), CultureInfo.InvariantCulture), name, reader.ReadToEnd()));
        }

        steps.Sort(static (a, b) => a.Number.CompareTo(b.Number));
        return steps;
    }

    /// <summary>The text with an operator's own names: each word that is a default name of a table or column is replaced, outside comments.</summary>
    public string SqlWith(SqlNames names)
    {
        var text = new StringBuilder(Sql.Length);
        for (int i = 0; i < Sql.Length; )
        {
            if (Sql.AsSpan(i).StartsWith("--"))
            {
                int end = Sql.IndexOf('\n', i);
                i = end < 0 ? Sql.Length : end;
            }
            else if (IsWord(Sql[i]))
            {
                int end = i;
                while (end < Sql.Length && IsWord(Sql[end]))
                    end++;
                text.Append(names.Of(Number, Sql[i..end]));
                i = end;
            }
            else
            {
                text.Append(Sql[i++]);
            }
        }

        return text.ToString();
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}

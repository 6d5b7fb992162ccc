using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests;

public class ProfileDefinitionTests
{
    private readonly DialogProfileTable _table = new(new DialogOptions());

    [Fact]
    public void Definitions_come_from_text_with_suffixes()
    {
        _table.Add("caller; gateway/s ;codec/b;", hasValue: true);
        _table.Add("active", hasValue: false);
        Assert.Equal(["caller", "gateway/s", "codec/b", "active"], _table.All.Select(profile => profile.QualifiedName));
        Assert.Equal(
            [ProfileSharing.None, ProfileSharing.Shared, ProfileSharing.Replicated, ProfileSharing.None],
            _table.All.Select(profile => profile.Sharing)
        );
        Assert.Equal([true, true, true, false], _table.All.Select(profile => profile.HasValue));
    }

    [Fact]
    public void Row_51_a_shared_profile_is_found_by_its_bare_name_and_with_its_suffix()
    {
        _table.Add("gateway/s; codec/b; caller", hasValue: true);
        foreach (
            (string asked, string? found) in new[]
            {
                ("gateway", "gateway"),
                ("gateway/s", "gateway"),
                ("codec/b", "codec"),
                ("caller", "caller"),
                ("gateway/b", null),
                ("caller/s", null),
                ("gate", null),
                ("gateway/", null),
                ("gateway/x", null),
                ("gateways", null),
                ("", null),
            }
        )
        {
            Assert.Equal(found, _table.Find(asked)?.Name);
            Assert.Equal(found, _table.Find(System.Text.Encoding.UTF8.GetBytes(asked))?.Name);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData(";")]
    [InlineData("a;;b")]
    [InlineData("a b")]
    [InlineData("/s")]
    [InlineData("a/")]
    [InlineData("a/x")]
    [InlineData("a/s/b")]
    [InlineData("a#")]
    [InlineData("é")]
    [InlineData("a;a")]
    [InlineData("a;a/s")]
    [InlineData("good;b ad")]
    public void Bad_text_defines_nothing(string definitions)
    {
        Assert.Equal("definitions", Assert.ThrowsAny<ArgumentException>(() => _table.Add(definitions, hasValue: true)).ParamName);
        Assert.Empty(_table.All);
    }

    [Fact]
    public void A_name_is_defined_once()
    {
        _table.Add("caller/s", hasValue: true);
        Assert.Equal("definitions", Assert.Throws<ArgumentException>(() => _table.Add("callee; caller", hasValue: false)).ParamName);
        Assert.Single(_table.All);
    }

    [Fact]
    public void Options_define_the_first_ones()
    {
        var options = new DialogOptions();
        options.ProfilesWithValue.Add("caller");
        options.ProfilesWithValue.Add("gateway/s");
        options.ProfilesWithoutValue.Add("active");
        Assert.Equal(["caller", "gateway/s", "active"], new DialogProfileTable(options).All.Select(profile => profile.QualifiedName));
    }

    [Fact]
    public void Any_text_is_defined_or_refused_with_an_argument_exception() =>
        Gen.Char["ab/;s \t#"]
            .Array[0, 12]
            .Select(chars => new string(chars))
            .Sample(text =>
            {
                var table = new DialogProfileTable(new DialogOptions());
                try
                {
                    table.Add(text, hasValue: true);
                    return table.All.Count > 0 && table.All.All(profile => ReferenceEquals(table.Find(profile.QualifiedName), profile));
                }
                catch (ArgumentException refused)
                {
                    return refused.ParamName == "definitions" && table.All.Count == 0;
                }
            });
}

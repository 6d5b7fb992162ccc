namespace Parley.Transactions.Tests.Strands;

public sealed class StrandTests
{
    private static readonly StrandWork Call = static (target, argument, _) => ((Action<object?>)target!)(argument);

    [Fact]
    public void A_free_strand_runs_the_work_at_once()
    {
        Strand strand = new();
        bool owned = false;
        Assert.True(strand.Run(Call, (Action<object?>)(_ => owned = strand.IsOwned)));
        Assert.True(owned);
        Assert.False(strand.IsOwned);
    }

    [Fact]
    public void Work_posted_by_the_owner_runs_when_it_leaves_in_order()
    {
        Strand strand = new();
        List<int> order = [];
        Assert.True(strand.TryEnter());
        Assert.False(strand.TryEnter());
        for (int i = 0; i < 5; i++)
        {
            int number = i;
            Assert.False(strand.Run(Call, (Action<object?>)(_ => order.Add(number))));
        }

        order.Add(-1);
        strand.Leave();
        Assert.Equal([-1, 0, 1, 2, 3, 4], order);
    }

    [Fact]
    public void Work_that_work_posts_runs_before_the_strand_is_free()
    {
        Strand strand = new();
        List<string> order = [];
        strand.Run(
            Call,
            (Action<object?>)(
                _ =>
                {
                    strand.Post(
                        Call,
                        (Action<object?>)(
                            _ =>
                            {
                                order.Add("second");
                                strand.Post(Call, (Action<object?>)(_ => order.Add("third")));
                            }
                        )
                    );
                    order.Add("first");
                }
            )
        );
        Assert.Equal(["first", "second", "third"], order);
        Assert.True(strand.TryEnter());
        strand.Leave();
    }

    [Fact]
    public void What_work_throws_is_logged_and_the_next_runs()
    {
        LineLog loggers = new();
        Strand strand = new(loggers);
        bool ran = false;
        strand.TryEnter();
        strand.Post(Call, (Action<object?>)(_ => throw new InvalidOperationException("on purpose")));
        strand.Post(Call, (Action<object?>)(_ => ran = true));
        strand.Leave();
        Assert.True(ran);
        Assert.StartsWith("Error 2100", Assert.Single(loggers.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_owner_may_leave()
    {
        Strand strand = new();
        Assert.Throws<InvalidOperationException>(strand.Leave);
        strand.TryEnter();
        Exception? thrown = null;
        Thread other = new(() => thrown = Record.Exception(strand.Leave));
        other.Start();
        other.Join();
        Assert.IsType<InvalidOperationException>(thrown);
        strand.Leave();
    }

    [Fact]
    public void Many_threads_run_one_at_a_time_and_nothing_is_lost()
    {
        const int Threads = 8,
            Each = 20_000;
        Strand strand = new();
        Plain counter = new();
        StrandWork work = static (target, _, version) =>
        {
            Plain plain = (Plain)target!;
            if (plain.Inside++ != 0)
                plain.Collisions++;
            plain.Count++;
            long thread = version >> 32,
                number = version & 0xFFFFFFFF;
            if (plain.LastOf[thread] + 1 != number)
                plain.OutOfOrder++;
            plain.LastOf[thread] = number;
            plain.Inside--;
        };
        Parallel.For(
            0,
            Threads,
            new ParallelOptions { MaxDegreeOfParallelism = Threads },
            thread =>
            {
                for (long i = 1; i <= Each; i++)
                {
                    if ((i & 1) == 0 && strand.TryEnter())
                    {
                        work(counter, null, ((long)thread << 32) | i);
                        strand.Leave();
                    }
                    else
                    {
                        strand.Post(work, counter, null, ((long)thread << 32) | i);
                    }
                }
            }
        );
        Assert.Equal(Threads * Each, counter.Count);
        Assert.Equal(0, counter.Collisions);
        Assert.Equal(0, counter.OutOfOrder);
        Assert.True(strand.TryEnter());
        strand.Leave();
    }

    private sealed class Plain
    {
        public int Inside;
        public int Count;
        public int Collisions;
        public int OutOfOrder;
        public readonly long[] LastOf = new long[8];
    }
}
